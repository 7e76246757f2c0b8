"""`headgate tariff check`: what is wrong with tariff documents and rate files, a line for each."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from chalicelib.tariff_documents.averages import read_averaging_rule
from chalicelib.tariff_documents.owrs.check import check_owrs
from chalicelib.tariff_documents.rate_documents import load_rate_document
from chalicelib.yaml_documents.problems import InvalidDocument, Problem
from chalicelib.yaml_documents.source import text_of

OWRS = ".owrs"
_DOCUMENTS = (OWRS, ".yaml", ".yml")
_AVERAGING_RULE = re.compile(r"^average\s*:", re.MULTILINE)
_RATE_FILE = re.compile(r"^rate_structure\s*:", re.MULTILINE)


def check(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Tariffs, conditions, averaging rules (.yaml), OWRS rate files (.owrs), or folders of them."
        ),
    ],
    every: Annotated[bool, typer.Option("--all", help="Tell every mistake, not a file's first.")] = False,
    strict: Annotated[
        bool, typer.Option(help="Refuse a rate file also where only some of its classes cannot be billed.")
    ] = False,
) -> None:
    """Check documents: a line for each, `ok` or `FILE:LINE: cause`. Exit code 1 on any error.

    Sound files are named too on a terminal, and where folders are given. What an OWRS file has beside the
    faults that keep it from being rated goes to standard error as notes.
    """
    sound, named = True, sys.stdout.isatty() or any(path.is_dir() for path in paths)
    for path in _files(paths):
        try:
            notes = _checked(path)
        except InvalidDocument as invalid:
            problems = invalid.problems
        else:
            problems = list(notes) if strict else []
            _say((f"{note.file}:{note.line}: note: {_cause(note)}" for note in notes), error=True)
        told = problems if every else problems[:1]
        _say([f"{p.file}:{p.line}: {_cause(p)}" for p in told] or [f"{path}: ok" if named else "ok"])
        sound = sound and not problems
    if not sound:
        raise typer.Exit(1)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.suffix.lower() in _DOCUMENTS and p.is_file())
            if not found:
                _say([f"{path}: note: there is no document ({', '.join(_DOCUMENTS)}) in it"], error=True)
            yield from found
        else:
            yield path


def _checked(path: Path) -> tuple[Problem, ...]:
    """The notes on a sound document. Raises InvalidDocument."""
    text = text_of(path)
    if path.suffix.lower() == OWRS or _RATE_FILE.search(text):
        return check_owrs(text, file=str(path)).notes
    if _AVERAGING_RULE.search(text):
        read_averaging_rule(text, file=str(path))
    else:
        load_rate_document(text, file=str(path))
    return ()


def _cause(problem: Problem) -> str:
    """What is wrong, on one line."""
    cause = f"{problem.field}: {problem.message}" if problem.field else problem.message
    return " ".join(cause.split())


def _say(lines: Iterable[str], *, error: bool = False) -> None:
    for line in lines:
        print(line, file=sys.stderr if error else sys.stdout, flush=True)
