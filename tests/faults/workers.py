"""The processes that run Lambda functions on the local cloud, and how to end one of them (Linux)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def workers_of(emulator_pid: int) -> list[int]:
    """The worker processes: children of the emulator, oldest first."""
    return sorted(pid for pid in _processes() if _parent(pid) == emulator_pid)


def kill(pid: int) -> bool:
    """End a worker at once, as a machine that fails; False when it was gone already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def owner_of(port: int, *, among: list[int]) -> int | None:
    """Which of these processes has a connection that goes out from a local port."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    for pid in among:
        with suppress(OSError):
            for descriptor in (_PROC / str(pid) / "fd").iterdir():
                with suppress(OSError):
                    if str(descriptor.readlink()) in sockets:
                        return pid
    return None


def _inodes(port: int) -> Iterator[str]:
    wanted = f":{port:04X}"
    for line in (_PROC / "net" / "tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(wanted):
            yield fields[9]


def _processes() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())


def _parent(pid: int) -> int | None:
    with suppress(OSError, ValueError):
        # The second field, the command in parentheses, may hold blanks.
        return int((_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    return None
