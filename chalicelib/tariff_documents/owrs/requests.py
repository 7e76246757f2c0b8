"""Questions about rate files, one JSON text each, and their answers."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Generic, TypeVar

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.tariff_documents.owrs.file import OwrsFile, RateClass, read_owrs
from chalicelib.tariff_documents.owrs.names import BILL, Stage
from chalicelib.tariff_documents.owrs.rating import Input, rate
from chalicelib.tariff_documents.owrs.schedule import FieldFault, Schedule
from chalicelib.tariff_documents.owrs.spellings import decimal_text

_Key = TypeVar("_Key", bound=Hashable)
_Thing = TypeVar("_Thing")

_MOST_DIGITS = 60
_REQUEST = "write {file, class, stage, inputs, fields} as one JSON object on a line"


class UnreadableRequest(Refusal):
    """A line is not a request."""


class FileOutsideRoot(Refusal):
    """A file was asked for that is not below the root."""


class UnknownClass(Refusal):
    """A file has no rates for a customer class."""


class CannotBeComputed(Refusal):
    """A field's text says nothing that can be computed; the message names file and line."""


class TooEntangled(Refusal):
    """Fields need each other in a chain without end, or nearly so."""


@dataclass(frozen=True, slots=True)
class Request:
    """One customer's usage and attributes (`inputs`), and the fields whose values are wanted."""

    file: str
    rate_class: str
    stage: Stage
    inputs: Mapping[str, Input]
    fields: tuple[str, ...]


class Answers(ABC):
    """Answers to requests about files below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def answer(self, line: bytes | str) -> dict[str, Any]:
        """`{"values": {field: text}}` for a request, or `{"error": {"code", "message"}}`. Raises nothing."""
        try:
            return {"values": self.values(_request(line))}
        except Refusal as refusal:
            return _error(refusal)
        except RecursionError:
            return _error(TooEntangled("fields lead from one to the next more often than is followed"))

    @abstractmethod
    def values(self, request: Request) -> dict[str, str]:
        """The value of each field asked for, as decimal text. Raises refusals."""

    def path(self, file: str) -> Path:
        """Where `file` is. Raises FileOutsideRoot."""
        try:
            path = (self._root / file).resolve()
        except (ValueError, OSError, RuntimeError):  # a NUL, or links in a circle
            path = Path("/")
        if not path.is_relative_to(self._root):
            raise FileOutsideRoot(f"{file!r} is not below the root folder")
        return path


class RateFiles(Answers):
    """Rates as the reference computes them; each file is read, and each class compiled, once."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._files: Remembered[str, OwrsFile] = Remembered(self._read)
        self._schedules = Remembered(self._schedule)

    def values(self, request: Request) -> dict[str, str]:
        schedule = self._schedules.of((request.file, request.rate_class, request.stage))
        try:
            values = rate(schedule, request.inputs, request.fields)
        except FieldFault as fault:
            line = self._files.of(request.file).line(fault.at)
            raise CannotBeComputed(f"{request.file}:{line}: {fault.message}") from None
        return {name: decimal_text(value) for name, value in values.items()}

    def _read(self, file: str) -> OwrsFile:
        return read_owrs(self.path(file), name=file)

    def _schedule(self, key: tuple[str, str, Stage]) -> Schedule:
        file, name, stage = key
        return Schedule(class_of(self._files.of(file), name), stage)


def class_of(owrs: OwrsFile, name: str) -> RateClass:
    """The class called `name`. Raises UnknownClass."""
    if name not in owrs.classes:
        raise UnknownClass(f"{owrs.file} has no class {name}: it has {', '.join(owrs.classes)}")
    return owrs.classes[name]


class Remembered(Generic[_Key, _Thing]):
    """Things made once for each key; what was refused is refused again."""

    def __init__(self, make: Callable[[_Key], _Thing]) -> None:
        self._make = make
        self._made: dict[_Key, _Thing | Refusal] = {}

    def of(self, key: _Key) -> _Thing:
        """The thing of `key`. Raises what making it raised."""
        found = self._made.get(key)
        if found is None:
            try:
                found = self._make(key)
            except Refusal as refusal:
                found = refusal
            self._made[key] = found
        if isinstance(found, Refusal):
            raise found.with_traceback(None)
        return found


def _error(refusal: Refusal) -> dict[str, Any]:
    return {"error": {"code": refusal.code, "message": refusal.message}}


def _request(line: bytes | str) -> Request:
    if not line.strip():
        raise UnreadableRequest(f"an empty line: {_REQUEST}")
    try:
        read = json.loads(line.rstrip(), parse_float=_figure, parse_int=_figure, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableRequest(f"not JSON ({error}): {_REQUEST}") from None
    if not isinstance(read, dict):
        raise UnreadableRequest(f"not an object: {_REQUEST}")
    return Request(
        file=_text(read, "file"),
        rate_class=_text(read, "class"),
        stage=_stage(read.get("stage")),
        inputs=_inputs(read.get("inputs")),
        fields=tuple(_fields(read.get("fields"))),
    )


def _figure(text: str) -> Fraction:
    number = Decimal(text)
    if len(text) > _MOST_DIGITS or not -_MOST_DIGITS < number.adjusted() < _MOST_DIGITS:
        raise ValueError(f"a number of more than {_MOST_DIGITS} digits is nothing that is billed")
    return Fraction(number)


def _constant(text: str) -> Fraction:
    raise ValueError(f"{text} is no number")


def _text(request: Mapping[str, Any], name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str) or not value:
        raise UnreadableRequest(f"{name!r} must be a text: {_REQUEST}")
    return value


def _stage(value: object) -> Stage:
    if value is None:
        return Stage.MAIN
    try:
        return Stage(str(value))
    except ValueError:
        raise UnreadableRequest(f"{value!r} is no stage: write {' or '.join(Stage)}") from None


def _fields(value: object) -> list[str]:
    if value is None:
        return [BILL]
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise UnreadableRequest(f"'fields' must be a list of names: {_REQUEST}")
    return value


def _inputs(value: object) -> dict[str, Input]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadableRequest(f"'inputs' must be an object of numbers and texts: {_REQUEST}")
    inputs: dict[str, Input] = {}
    for name, given in value.items():
        if isinstance(given, bool):
            inputs[name] = "yes" if given else "no"
        elif isinstance(given, Fraction | str):
            inputs[name] = given
        elif given is not None:
            raise UnreadableRequest(f"input {name!r} must be a number or a text")
    return inputs
