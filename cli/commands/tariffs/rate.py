"""`headgate tariff rate`: questions in JSON lines, an answer to each."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.tariff_documents.owrs.imports.rating import DocumentRates
from chalicelib.tariff_documents.owrs.requests import Answers, RateFiles


class Compat(StrEnum):
    """Whose arithmetic, other than our own."""

    RATEPARSER = "rateparser"


class NoSuchFolder(Refusal):
    """The root is no folder."""


def rate(
    root: Annotated[Path, typer.Option(help="The folder that `file` is below.")],
    compat: Annotated[
        Compat | None,
        typer.Option(help="Compute as the OWRS reference interpreter does: exactly, nothing rounded."),
    ] = None,
) -> None:
    """Rate OWRS files: JSON lines {file, class, stage, inputs, fields} in, one JSON line each out, in order.

    An answer is {"values": {field: "decimal"}}, or {"error": {"code", "message"}}. Without --compat, a file
    is rated as the tariff document that it is imported as, to the cent; so are tariff documents (their class
    is the tariff's code).
    """
    if not root.is_dir():
        raise NoSuchFolder(f"{root} is no folder: name the one that holds the rate files with --root")
    answering: Answers = DocumentRates(root) if compat is None else RateFiles(root)
    answers = sys.stdout
    try:
        for line in sys.stdin.buffer:
            answers.write(json.dumps(answering.answer(line)) + "\n")
            answers.flush()  # who asks may wait for the answer before asking on
    except BrokenPipeError:
        # Nobody reads on. What is left in the buffer has nowhere to go when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
