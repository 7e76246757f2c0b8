"""The `headgate` command: assembles cli/commands/ and turns refusals into an exit code. Nothing else."""

from __future__ import annotations

import importlib
import sys
from typing import NoReturn

import typer

from chalicelib.domain.kernel.errors import Refusal
from cli.commands import MODULES
from cli.output import err, print_refusal


class FileUnusable(Refusal):
    """A file that was named cannot be read or written."""


def build() -> typer.Typer:
    """Return the application with every module of cli.commands in it."""
    app = typer.Typer(
        name="headgate",
        help="Water billing: the local cloud, registry, reads, tariffs, bill runs, ledger.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    for name in MODULES:
        module = importlib.import_module(f"cli.commands.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(module.command)
    return app


def run() -> None:
    """Run the command line. Exit code 1 is a refusal, 2 a wrong call, 130 an interruption."""
    try:
        build()()
    except Refusal as refusal:
        _end_refused(refusal)
    except OSError as error:
        if error.filename is None or error.strerror is None:
            raise
        _end_refused(FileUnusable(f"{error.filename}: {error.strerror}", file=str(error.filename)))
    except KeyboardInterrupt:
        err.print("Interrupted. The same command again goes on from here.")
        sys.exit(130)


def _end_refused(refusal: Refusal) -> NoReturn:
    print_refusal(refusal, as_json="--json" in sys.argv)
    sys.exit(1)


if __name__ == "__main__":
    run()
