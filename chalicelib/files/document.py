"""YAML documents that people write: checked against a model, every problem told with its file and line."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from chalicelib.domain.kernel.errors import Refusal

M = TypeVar("M", bound=BaseModel)


def load_document(path: Path, model: type[M], *, kind: str, refused: type[Refusal]) -> M:
    """The document in a YAML file; `kind` is what people call it ("mapping").

    Every scalar is read as text, so that no number passes through a binary float. Raises `refused` whose
    `data["problems"]` lists every problem as `file:line: field: cause`.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except OSError as error:
        raise _refusal(refused, [f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise _refusal(refused, [f"{path}: is not UTF-8 text"]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise _refusal(refused, [f"{path}:{mark.line + 1 if mark else 1}: {error.problem}"]) from None
    if not isinstance(root, yaml.MappingNode):
        first = model.model_fields["format"].annotation
        begin = getattr(first, "__args__", ("",))[0]
        raise _refusal(refused, [f"{path}:1: a {kind} document begins with `format: {begin}`"])
    problems: list[str] = []
    data = _plain(root, str(path), problems)
    if problems:
        raise _refusal(refused, problems)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        told = [_told(found, root, path, kind) for found in error.errors(include_url=False)]
        raise _refusal(refused, told) from None


def _refusal(refused: type[Refusal], problems: list[str]) -> Refusal:
    return refused("\n".join(problems), problems=problems)


def _told(found: ErrorDetails, root: yaml.Node, path: Path, kind: str) -> str:
    field = ".".join(map(str, found["loc"]))
    known = {"Extra inputs are not permitted": f"is not a field of a {kind}", "Field required": "is missing"}
    words = known.get(found["msg"], found["msg"].removeprefix("Value error, "))
    return f"{path}:{_line(root, found['loc'])}: {field}: {words}"


def _plain(node: yaml.Node, file: str, problems: list[str]) -> object:
    """The text, list or dict a node stands for, repeated keys refused."""
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, file, problems) for item in node.value]
    if not isinstance(node, yaml.MappingNode):
        return node.value
    data: dict[str, object] = {}
    for key, value in node.value:
        if key.value in data:
            problems.append(f"{file}:{key.start_mark.line + 1}: {key.value!r} stands twice: keep one")
        data[str(key.value)] = _plain(value, file, problems)
    return data


def _line(node: yaml.Node, path: tuple[int | str, ...]) -> int:
    line = node.start_mark.line + 1
    for step in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(step)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
    return int(line)
