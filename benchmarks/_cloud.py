"""An emulator of the benchmarks' own, and the processor time it and its workers have used."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chalicelib import bootstrap
from cli.cloud import emulator, ports, session
from cli.cloud.home import Home
from cli.cloud.up import bring_up

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@contextmanager
def local_cloud() -> Iterator[int]:
    """A local cloud with the stack of this work tree; gives the emulator's process id, stops it after."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="headgate-bench-") as folder:
        home = Home(Path(folder))
        os.environ["HEADGATE_HOME"] = folder
        home.ports.write_text(f'{{"cloud": {ports.any_free_port()}}}')
        try:
            bring_up(home, say=lambda _: None)
            session.use_stack()
            yield int(home.lock.read_text())
        finally:
            emulator.stop(home)
            os.environ.clear()
            os.environ.update(before)
            bootstrap.forget()


def cpu_s(root: int) -> float:
    """Seconds of processor time used by a process, its descendants and those that ended before."""
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it ended meanwhile
                continue
            parents[int(folder.name)] = int(fields[1])
            used[int(folder.name)] = sum(map(int, fields[11:15]))
    return sum(ticks for process, ticks in used.items() if _is_under(process, root, parents)) / _TICKS_PER_S


def _is_under(process: int, root: int, parents: dict[int, int]) -> bool:
    while process > 1:
        if process == root:
            return True
        process = parents.get(process, 0)
    return False
