"""What is wrong with a document, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.domain.kernel.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend. `line` counts from 1; `field` is its path, such as `charges[2].tiers[0].from`."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        return f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"


class InvalidDocument(Refusal):
    """A document cannot be read; `problems` lists everything found, by file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: (problem.file, problem.line))
        super().__init__(
            "\n".join(map(str, self.problems)),
            problems=[
                {"file": p.file, "line": p.line, "field": p.field, "message": p.message}
                for p in self.problems
            ],
        )
