"""Rows of files that people hand us: read cell by cell, accepted or refused with the place and the reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from chalicelib.domain.kernel.errors import Refusal

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")


class HeaderRefused(Refusal):
    """A file's first line lacks needed columns or has unknown ones. Nothing of the file is read."""


class RowRefused(Refusal):
    """A row cannot be taken. `rejected` says where and how to mend it."""

    def __init__(self, rejected: RejectedRow) -> None:
        super().__init__(str(rejected), rejected=rejected)
        self.rejected = rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """One row that was not taken. `line` counts from 1, the header included; `column` may be empty.

    `cells` are what could be read of a row whose cells do not match the header; they are not shown.
    """

    file: str
    line: int
    column: str
    reason: str
    mend: str = ""
    cells: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" + (f" {self.column}" if self.column else "")
        return f"{place}: {self.reason}" + (f"; {self.mend}" if self.mend else "")


class RowOutcome(StrEnum):
    """What became of a row that was accepted."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class RowReport:
    """What became of every row of a file or a folder: accepted by outcome, or rejected with the reason."""

    accepted: Counter[tuple[str, RowOutcome]] = field(default_factory=Counter)  # by (file, outcome)
    rejected: list[RejectedRow] = field(default_factory=list)

    def accept(self, file: str, outcome: RowOutcome, *, count: int = 1) -> None:
        """Count `count` rows of `file` as accepted."""
        self.accepted[file, outcome] += count

    def reject(self, row: RejectedRow) -> None:
        """Add one rejected row."""
        self.rejected.append(row)

    def count(self, outcome: RowOutcome, *, file: str | None = None) -> int:
        """Accepted rows of one outcome, of one file or of all."""
        return sum(n for (of, found), n in self.accepted.items() if found is outcome and file in (None, of))

    @property
    def row_count(self) -> int:
        """All rows, accepted and rejected."""
        return sum(self.accepted.values()) + len(self.rejected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a delimited file: cells by column, stripped. Reading a cell wrongly raises RowRefused."""

    file: str
    line: int
    cells: Mapping[str, str]

    def refused(self, column: str, reason: str, mend: str = "") -> RowRefused:
        """The refusal of this row because of `column` (empty: the row as a whole)."""
        return RowRefused(
            RejectedRow(file=self.file, line=self.line, column=column, reason=reason, mend=mend)
        )

    def text(self, column: str) -> str:
        """The cell's text. Raises RowRefused when it is empty or the column is absent."""
        value = self.cells.get(column, "")
        if not value:
            raise self.refused(column, "is empty", "fill it in")
        return value

    def optional(self, column: str, read: Callable[[str], T]) -> T | None:
        """`read(column)`, or None where the cell is empty or the column absent. Raises what `read` raises."""
        return read(column) if self.cells.get(column) else None

    def date(self, column: str, *, pattern: str = "%Y-%m-%d") -> date:
        """The day in a cell, written as `pattern` (strptime). Raises RowRefused."""
        value = self.text(column)
        try:
            if pattern == "%Y-%m-%d":
                return date.fromisoformat(value)
            return datetime.strptime(value, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            example = date(2026, 11, 30).strftime(pattern)
            raise self.refused(column, f"{value!r} is not a date", f"write it like {example}") from None

    def decimal(self, column: str, *, decimal_sign: str = ".") -> Decimal:
        """The exact number in a cell; `decimal_sign` is "." or ",". Raises RowRefused.

        Grouping marks are refused, not guessed at: 1,234 is a thousand to some, one and a bit to others.
        """
        value = self.text(column)
        plain = value.replace(",", ".") if decimal_sign == "," and "." not in value else value
        if not _PLAIN_NUMBER.fullmatch(plain) or (decimal_sign == "," and "." in value):
            raise self.refused(
                column,
                f"{value!r} is not a number",
                f"write digits with {decimal_sign!r} before the fraction",
            )
        try:
            return Decimal(plain)
        except InvalidOperation:  # pragma: no cover - the pattern leaves nothing that Decimal refuses
            raise self.refused(column, f"{value!r} is not a number") from None

    def whole(self, column: str) -> int:
        """The whole number in a cell. Raises RowRefused."""
        value = self.decimal(column)
        if value != value.to_integral_value():
            raise self.refused(
                column, f"{self.cells[column]!r} is not a whole number", "leave out the fraction"
            )
        return int(value)

    def choice(self, column: str, choices: type[E]) -> E:
        """The member of `choices` that a cell names (case does not matter). Raises RowRefused."""
        value = self.text(column)
        try:
            return choices(value.lower())
        except ValueError:
            known = ", ".join(choices)
            raise self.refused(column, f"{value!r} is not known", f"use one of {known}") from None

    def parsed(self, column: str, parse: Callable[[str], T]) -> T:
        """The cell through `parse`, whose Refusal becomes this row's. Raises RowRefused."""
        text = self.text(column)
        return self.checked(lambda: parse(text), column=column)

    def checked(self, make: Callable[[], T], *, column: str = "") -> T:
        """What `make` gives; its Refusal becomes this row's. Raises RowRefused."""
        try:
            return make()
        except RowRefused:
            raise
        except Refusal as refusal:
            raise self.refused(column, refusal.message) from refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns a file must and may have.

    Columns that start with one of `open_prefixes` are free ("determinant:…"). With `others_allowed` unknown
    columns are ignored: right for a vendor's export, wrong for our own formats, where it hides a typing slip.
    """

    required: Sequence[str]
    optional: Sequence[str] = ()
    open_prefixes: tuple[str, ...] = ()
    others_allowed: bool = False

    def check(self, header: Sequence[str], *, file: str) -> None:
        """Raise HeaderRefused unless `header` fits."""
        known = [*self.required, *self.optional]
        problems = [f"column {name!r} is missing" for name in self.required if name not in header]
        problems += [
            f"column {name!r} stands twice" for name in sorted(set(header)) if header.count(name) > 1
        ]
        if not self.others_allowed:
            for name in header:
                if name not in known and not (self.open_prefixes and name.startswith(self.open_prefixes)):
                    near = get_close_matches(name, known, n=1)
                    hint = f": did you mean {near[0]!r}?" if near else ""
                    problems.append(f"column {name!r} is unknown{hint}")
        if problems:
            raise HeaderRefused(
                f"{file}: {'; '.join(problems)} (columns: {', '.join(known)})", file=file, problems=problems
            )
