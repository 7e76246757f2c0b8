"""How commands speak: text and progress for people, one JSON document for programs, no tracebacks.

The convention: every command that tells something takes `--json`. Then standard output holds exactly one JSON
document, also when the command is refused, and everything else goes to standard error.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from chalicelib.domain.kernel.errors import Refusal

out = Console(highlight=False, emoji=False)
"""What the command was asked for."""
err = Console(highlight=False, emoji=False, stderr=True)
"""Everything beside it: progress, notes, refusals."""

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def print_json(document: object) -> None:
    """Print a JSON document; decimals become text, exactly, and dates ISO text."""
    sys.stdout.write(json.dumps(document, default=plain, indent=2, ensure_ascii=False) + "\n")


def plain(value: object) -> Any:
    """Return a value of the domain as what JSON has. Raises TypeError for what has no such form."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, set | frozenset | tuple):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def print_refusal(refusal: Refusal, *, as_json: bool = False) -> None:
    """Say what was refused, where, and how to mend it (the refusal's own message has all three)."""
    if as_json:
        data = {key: _jsonable(value) for key, value in refusal.data.items()}
        print_json({"refused": refusal.code, "message": refusal.message, "data": data})
    else:
        err.print(f"[bold red]{refusal.code}[/]  {escape(refusal.message)}", soft_wrap=True)


@contextmanager
def steps(title: str) -> Iterator[Any]:
    """Show a spinner and elapsed time for work of unknown length; call the value to change the text."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda text: progress.update(task, description=text)


@contextmanager
def progress_bar(title: str, total: int | None = None, *, unit: str = "") -> Iterator[CountedProgress]:
    """Show count, rate and time left for work that is counted."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(unit),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal) as progress:
        yield CountedProgress(progress, title, total)


class CountedProgress:
    """A bar that is moved by `advance` or set by `update`."""

    def __init__(self, progress: Progress, title: str, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=total)

    def advance(self, count: int = 1) -> None:
        """Count `count` more as done."""
        self._progress.advance(self._task, count)

    def begin(self, title: str, total: int) -> None:
        """Count something else from here on: from nothing, with a rate of its own."""
        self._progress.reset(self._task, description=title, total=total)

    def update(self, *, done: int | None = None, total: int | None = None, title: str | None = None) -> None:
        """Set what is given, leave the rest."""
        self._progress.update(self._task, completed=done, total=total, description=title)


class RateColumn(ProgressColumn):
    """How many a second."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = f" {unit}" if unit else ""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}{self._unit}/s")


def _jsonable(value: object) -> Any:
    """A refusal's data may hold anything; what has no JSON form is shown as text."""
    try:
        return json.loads(json.dumps(value, default=plain))
    except (TypeError, ValueError):
        return str(value)
