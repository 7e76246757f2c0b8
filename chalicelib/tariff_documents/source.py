"""YAML text with the line of everything in it.

Every scalar is read as text: a rate of 4.29 never becomes a binary float on its way to a Decimal. Aliases
and repeated keys are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import yaml

from chalicelib.tariff_documents.problems import InvalidTariffDocument, Problem

_TOO_LONG_CHARACTERS = 1_000_000


class _Loader(yaml.BaseLoader):
    """Composes nodes, aliases refused: a tariff says everything where it applies."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not read: write the value out", problem_mark=mark)
        return super().compose_node(parent, index)


class Source:
    """A parsed document: `data` of mappings, lists and texts, and where each stands."""

    def __init__(self, text: str, *, file: str) -> None:
        """Raises InvalidTariffDocument."""
        self.file = file
        self._root = self._compose(text)
        self.data: Any = self._read(self._root, ())

    def problem(self, path: Sequence[str | int], message: str) -> Problem:
        """A problem with what stands at `path`; elements that are not in the document are passed over."""
        line, field = self._locate(path)
        return Problem(file=self.file, line=line, field=field, message=message)

    def _compose(self, text: str) -> yaml.Node:
        if len(text) > _TOO_LONG_CHARACTERS:
            self._refuse(1, f"the document is longer than {_TOO_LONG_CHARACTERS:,} characters: split it")
        try:
            root = _Loader(text).get_single_node()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._refuse(mark.line + 1 if mark else 1, _cause(error))
        except yaml.YAMLError as error:  # a character YAML does not allow
            position = getattr(error, "position", 0)
            self._refuse(text[:position].count("\n") + 1, f"is not YAML: {str(error).splitlines()[0]}")
        except RecursionError:
            self._refuse(1, "is nested too deeply")
        if not isinstance(root, yaml.MappingNode):
            self._refuse(1, "a tariff document is a mapping: begin with `tariff: CODE`")
        return root

    def _read(self, node: yaml.Node, path: tuple[str | int, ...]) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return [self._read(item, (*path, index)) for index, item in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            return node.value
        data: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._refuse(_line(key), "a key must be plain text")
            if key.value in data:
                self._refuse(_line(key), f"{key.value!r} is there already: keep one of them")
            data[key.value] = self._read(value, (*path, key.value))
        return data

    def _locate(self, path: Sequence[str | int]) -> tuple[int, str]:
        node, line, field = self._root, _line(self._root), ""
        for place, element in enumerate(path):
            if isinstance(node, yaml.SequenceNode) and isinstance(element, int) and element < len(node.value):
                node = node.value[element]
                line, field = _line(node), f"{field}[{element}]"
            elif isinstance(node, yaml.MappingNode):
                found = next((pair for pair in node.value if pair[0].value == str(element)), None)
                if found is not None:
                    line, node = _line(found[0]), found[1]
                if found is not None or place == len(path) - 1:
                    field = f"{field}.{element}" if field else str(element)
        return line, field

    def _refuse(self, line: int, message: str) -> NoReturn:
        raise InvalidTariffDocument([Problem(file=self.file, line=line, field="", message=message)])


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _cause(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "is not YAML"
    if "'\\t'" in problem:
        return "a tab cannot indent YAML: use spaces"
    return f"{problem} ({error.context})" if error.context else problem
