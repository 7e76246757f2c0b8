"""Questions about rate files, one JSON text each, and their answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.tariff_documents.owrs.file import OwrsFile, read_owrs
from chalicelib.tariff_documents.owrs.names import BILL, Stage
from chalicelib.tariff_documents.owrs.rating import Input, rate
from chalicelib.tariff_documents.owrs.schedule import FieldFault, Schedule
from chalicelib.tariff_documents.owrs.spellings import decimal_text

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


class RateFiles:
    """The rate files below a folder, each read and compiled once."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._files: dict[str, OwrsFile | Refusal] = {}
        self._schedules: dict[tuple[str, str, str], Schedule] = {}

    def answer(self, line: bytes | str) -> dict[str, Any]:
        """`{"values": {field: text}}` for a request, or `{"error": {"code", "message"}}`. Raises nothing."""
        try:
            return {"values": self._values(_request(line))}
        except Refusal as refusal:
            return _error(refusal)
        except RecursionError:
            return _error(TooEntangled("fields lead from one to the next more often than is followed"))

    def _values(self, request: Mapping[str, Any]) -> dict[str, str]:
        file, name = _text(request, "file"), _text(request, "class")
        stage, fields = _stage(request.get("stage")), _fields(request.get("fields"))
        schedule = self._schedule(file, name, stage)
        try:
            values = rate(schedule, _inputs(request.get("inputs")), fields)
        except FieldFault as fault:
            line = self._file(file).line(fault.at)
            raise CannotBeComputed(f"{file}:{line}: {fault.message}") from None
        return {name: decimal_text(value) for name, value in values.items()}

    def _schedule(self, file: str, name: str, stage: Stage) -> Schedule:
        key = (file, name, stage)
        schedule = self._schedules.get(key)
        if schedule is None:
            classes = self._file(file).classes
            if name not in classes:
                raise UnknownClass(f"{file} has no class {name}: it has {', '.join(classes)}")
            schedule = self._schedules[key] = Schedule(classes[name], stage)
        return schedule

    def _file(self, file: str) -> OwrsFile:
        found = self._files.get(file)
        if found is None:
            try:
                found = read_owrs(self._path(file), name=file)
            except Refusal as refusal:
                found = refusal
            self._files[file] = found
        if isinstance(found, Refusal):
            raise found.with_traceback(None)
        return found

    def _path(self, file: str) -> Path:
        try:
            path = (self._root / file).resolve()
        except (ValueError, OSError, RuntimeError):  # a NUL, or links in a circle
            path = Path("/")
        if not path.is_relative_to(self._root):
            raise FileOutsideRoot(f"{file!r} is not below the root folder")
        return path


def _error(refusal: Refusal) -> dict[str, Any]:
    return {"error": {"code": refusal.code, "message": refusal.message}}


def _request(line: bytes | str) -> Mapping[str, Any]:
    try:
        request = json.loads(line, parse_float=_figure, parse_int=_figure, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableRequest(f"not JSON ({error}): {_REQUEST}") from None
    if not isinstance(request, dict):
        raise UnreadableRequest(f"not an object: {_REQUEST}")
    return request


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
