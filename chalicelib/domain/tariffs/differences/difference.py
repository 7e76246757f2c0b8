"""One difference between two documents, and where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

Path = tuple[str | int, ...]


class Absent:
    """What stands where a document has nothing (null is something)."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """`before` and `after` are what the documents have at `path`, ABSENT where they have nothing.

    Things in lists go by their code, or by their number from 1.
    """

    path: Path
    words: str
    before: Any
    after: Any

    @property
    def where(self) -> str:
        """The path as text: `charges[SVC].amount.values[5/8]`."""
        return where(self.path)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in both documents and how it is spoken of.

    `name` names the thing (“Service charge SVC, meter size 5/8”), `field` the last field on the way to it
    that has a name of its own, by which its figures are written.
    """

    path: Path
    name: str
    field: str = ""

    def under(self, key: str | int, *, name: str, field: str = "") -> Place:
        """A place inside this one."""
        return Place((*self.path, key), name, field or self.field)

    def called(self, name: str) -> Place:
        """The same place by another name."""
        return replace(self, name=name)


Way = Callable[[Place, Any, Any], Iterator[Difference]]
"""How two things at a place are compared: the differences between what stands before and after."""


def where(path: Path) -> str:
    """A path as text; keys that are no plain names stand in brackets."""
    text = ""
    for key in path:
        if isinstance(key, str) and key.isidentifier() and key.islower():
            text += f".{key}" if text else key
        else:
            text += f"[{key}]"
    return text
