"""The stages of the demo: timed, and told of in one line each."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from cli.output import err


class Stages:
    """Seconds by stage, in the order in which they began."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds by stage, to the tenth."""
        return {name: round(seconds, 1) for name, seconds in self._seconds.items()}

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        """Add what happens inside to a stage; stages may take turns."""
        started = time.monotonic()
        try:
            yield
        finally:
            self._seconds[name] += time.monotonic() - started

    def done(self, name: str, told: str) -> None:
        """Say that a stage is done, and what came of it."""
        err.print(f"[green]✓[/] {name:<13} {told:<66} [dim]{self._seconds[name]:6.1f} s[/]", soft_wrap=True)
