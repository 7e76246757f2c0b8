"""YAML text with the line of everything in it.

Every scalar is read as text: a rate of 4.29 never becomes a binary float on its way to a Decimal. Aliases
and repeated keys are refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Self

import yaml
from yaml.reader import ReaderError

from chalicelib.yaml_documents.problems import InvalidDocument, Problem

_TOO_LONG_CHARACTERS = 1_000_000
_DEEPEST = 100
_NO_TEXT = "has a character that is no text (U+{:04X}): take it out"
_UNSEEN_ENDS = re.compile("[\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of document: what is told of one that is no mapping at all, and what it is refused as."""

    no_mapping: str
    refused: type[InvalidDocument]
    odd_key: str = "a key must be plain text"


def text_of(path: Path, *, name: str | None = None, refused: type[InvalidDocument] = InvalidDocument) -> str:
    """What a document's file says. Raises `refused` where it cannot be read, or is not UTF-8.

    Problems call the file `name`, or by its path.
    """
    line = 1
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors put a mark before the text
    except UnicodeDecodeError as error:
        line += error.object[: error.start].count(b"\n")
        message = "is not UTF-8 text: save it as UTF-8"
    except (OSError, ValueError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    raise refused([Problem(file=name or str(path), line=line, field="", message=message)])


class _Loader(yaml.BaseLoader):
    """Composes nodes. Aliases are refused: a document says everything where it applies."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            self._refuse("aliases are not read: write the value out")
        if self._depth == _DEEPEST:
            self._refuse(f"is nested more than {_DEEPEST} deep: write it flatter")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _refuse(self, problem: str) -> NoReturn:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)

    # Controls and separators that an escape can bring in: nobody sees them, YAML would not read them again.
    _no_text = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

    def compose_scalar_node(self, anchor: dict[Any, yaml.Node]) -> yaml.ScalarNode:
        node = super().compose_scalar_node(anchor)
        found = self._no_text.search(node.value)
        if found:
            raise yaml.MarkedYAMLError(problem=_NO_TEXT.format(ord(found[0])), problem_mark=node.start_mark)
        return node


class Source:
    """A parsed document: `data` of mappings, lists and texts, and where each stands."""

    def __init__(self, text: str, *, file: str, kind: Kind) -> None:
        """Raises what documents of its kind are refused as."""
        self.file, self.kind = file, kind
        self._root = self._compose(text)
        self._odd: list[Problem] = []
        self.data: Any = self._read(self._root, ())
        if self._odd:
            raise kind.refused(self._odd)

    @classmethod
    def of(cls, path: Path, *, kind: Kind) -> Self:
        """The document in a file. Raises what documents of its kind are refused as."""
        return cls(text_of(path, refused=kind.refused), file=str(path), kind=kind)

    def problem(self, path: Sequence[str | int], message: str) -> Problem:
        """A problem with what stands at `path`; elements that are not in the document are passed over."""
        line, field = self._locate(path)
        return Problem(file=self.file, line=line, field=field, message=message)

    def _compose(self, text: str) -> yaml.Node:
        if len(text) > _TOO_LONG_CHARACTERS:
            self._refuse(1, f"the document is longer than {_TOO_LONG_CHARACTERS:,} characters: split it")
        # YAML ends lines at these and editors do not: every line told after one would be wrong.
        ends = _UNSEEN_ENDS.search(text)
        if ends:
            self._refuse(text[: ends.start()].count("\n") + 1, _NO_TEXT.format(ord(ends[0])))
        try:
            root = _Loader(text).get_single_node()
        except yaml.MarkedYAMLError as error:
            self._refuse(*_cause(error, text.splitlines()))
        except ReaderError as error:
            self._refuse(text[: error.position].count("\n") + 1, _NO_TEXT.format(ord(text[error.position])))
        if not isinstance(root, yaml.MappingNode):
            self._refuse(1 if root is None else _line(root), self.kind.no_mapping)
        return root

    def _read(self, node: yaml.Node, path: tuple[str | int, ...]) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return [self._read(item, (*path, index)) for index, item in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            return node.value
        data: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._odd.append(self._told(_line(key), self.kind.odd_key))
            elif key.value in data:
                first, _ = self._locate((*path, key.value))
                twice = f"{key.value!r} is there already, in line {first}: keep one of them"
                self._odd.append(self._told(_line(key), twice))
            else:
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
                if found is not None or (place == len(path) - 1 and isinstance(element, str)):
                    field = f"{field}.{element}" if field else str(element)
        return line, field

    def _refuse(self, line: int, message: str) -> NoReturn:
        raise self.kind.refused([self._told(line, message)])

    def _told(self, line: int, message: str) -> Problem:
        return Problem(file=self.file, line=line, field="", message=message)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


# Where a mistake is noticed is not always where it was made: an open quote is noticed at the end of the file.
_NOTICED_LATER = ("could not find expected ':'", "unexpected end of stream", "flow sequence", "flow mapping")
_ANOTHER_DEPTH = ("<block mapping start>", "<block sequence start>", "<block end>", "but found '-'")


def _cause(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> tuple[int, str]:
    """The line to look at, and what is wrong there."""
    problem, context = error.problem or "is not YAML", error.context or ""
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and any(sign in problem + context for sign in _NOTICED_LATER):
        mark = error.context_mark
    if mark is None:
        return 1, problem
    number = mark.line + 1
    text = lines[mark.line] if mark.line < len(lines) else ""
    depth = len(text) - len(text.lstrip())
    if "\t" in text[:depth] or "'\\t'" in problem:
        where = "indent YAML" if "\t" in text[:depth] else "separate words in YAML"
        return number, f"a tab cannot {where}: use spaces"
    if "another document" in problem:
        return number, "a second document begins here: put it in a file of its own"
    if "could not find expected ':'" in problem:
        return number, "has no `: ` after its name: write `name: value`"
    if "mapping values are not allowed" in problem and depth == 0:
        return number, f"{problem}: quote a value with `: ` in it"
    if "mapping values are not allowed" in problem:
        return number, f"{problem}: indent the line as its neighbors are, or quote a value with `: ` in it"
    if "block collection" in context and "but found '?'" in problem:
        mend = "indent it otherwise, write `- ` before it, or add the line that is missing before it"
        return number, f"is a name where a list goes on: {mend}"
    if "block" in context and any(sign in problem for sign in _ANOTHER_DEPTH):
        return number, f"is indented by {depth} blanks, unlike its neighbors: indent it as they are"
    return number, f"{problem} ({context})" if context else problem
