"""`python -m benchmarks [NAME…]`: measure, and print every figure beside its target.

A benchmark is a module of this package with a function `run() -> list[Row]`. `--json` prints one document.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import pkgutil
import sys
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.row import Row


def names() -> list[str]:
    """The modules of this package that can run."""
    found = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    runnable = (name for name in found if not name.startswith("_"))
    return [name for name in runnable if hasattr(importlib.import_module(f"benchmarks.{name}"), "run")]


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all; 0 when no target was missed, 2 for what there is none of."""
    strange = [one for one in arguments if one.startswith("-") and one != "--json"]
    if strange:
        asked = strange[0] in ("-h", "--help")
        told = (
            f"python -m benchmarks [--json] [NAME…], of {', '.join(names())}; without a name, all of them\n"
        )
        (sys.stdout if asked else sys.stderr).write(told)
        return 0 if asked else 2
    wanted = [argument for argument in arguments if not argument.startswith("-")] or names()
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        sys.stderr.write(f"no benchmark {', '.join(unknown)}: there are {', '.join(names())}\n")
        return 2
    rows: list[Row] = []
    for name in wanted:
        rows += importlib.import_module(f"benchmarks.{name}").run()
    if "--json" in arguments:
        sys.stdout.write(json.dumps([dataclasses.asdict(row) for row in rows], indent=2) + "\n")
    else:
        print_rows(rows)
    return 1 if any(row.met is False for row in rows) else 0


def print_rows(rows: list[Row]) -> None:
    """Print `rows` as a table."""
    Console(highlight=False).print(_table(rows))


def _table(rows: list[Row]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Measured")
    table.add_column("Figure", justify="right")
    table.add_column("Unit")
    table.add_column("Target", justify="right")
    table.add_column("Met")
    for row in rows:
        verdict = {True: "[green]yes[/]", False: "[bold red]no[/]", None: ""}[row.met]
        digits = 0 if abs(row.figure) >= 100 else 2
        table.add_row(row.name, f"{row.figure:,.{digits}f}", row.unit, row.target, verdict)
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
