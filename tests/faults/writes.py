"""Counts the writes of a piece of work, and lets one of them go wrong.

Every write to a port passes `Writes.carry_out`. Undisturbed it notes the write's name, so that a first pass
enumerates the boundaries; given faults it kills the writer, or loses the request or the answer, at exactly
the writes named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from threading import Lock
from typing import Any


class Died(BaseException):
    """The process that was writing is gone. No `except Exception` may hold it up."""


class ConnectionLost(Exception):
    """The writer lives, but does not know whether its write was done."""


class Kind(StrEnum):
    """What can happen at a write."""

    DIES_BEFORE = "dies before"
    DIES_WITHIN = "dies within"  # a batch of which only a part is written
    DIES_AFTER = "dies after"
    REQUEST_LOST = "request lost"
    ANSWER_LOST = "answer lost"


@dataclass(frozen=True, slots=True)
class Fault:
    """The write of this number (from 0) goes wrong in this way."""

    write: int
    kind: Kind


class Writes:
    """The writes of one piece of work, in order, across all its processes.

    `meanwhile` is what others do while the writer is held up just before the write of that number.
    """

    def __init__(
        self,
        faults: Iterable[Fault] = (),
        *,
        chance: Random | None = None,
        meanwhile: Mapping[int, Callable[[], None]] | None = None,
    ) -> None:
        self._faults = {fault.write: fault.kind for fault in faults}
        self._chance = chance or Random(0)
        self._meanwhile = dict(meanwhile or {})
        self._lock = Lock()
        self.names: list[str] = []
        self.batches: set[int] = set()
        self.struck: list[Fault] = []

    def carry_out(
        self, name: str, write: Callable[[], Any], *, batch: int = 0, part: Callable[[int], Any] | None = None
    ) -> Any:
        """Do `write`, or what the fault at this write leaves of it.

        A batch of `batch` pieces gives `part(n)`, which writes n of them.
        """
        with self._lock:
            number = len(self.names)
            self.names.append(name)
            if batch:
                self.batches.add(number)
            meanwhile = self._meanwhile.pop(number, None)
            kind = self._faults.pop(number, None)
            if kind is not None:
                self.struck.append(Fault(number, kind))
        if meanwhile is not None:
            meanwhile()
        match kind:
            case Kind.DIES_BEFORE:
                raise Died(name)
            case Kind.REQUEST_LOST:
                raise ConnectionLost(name)
            case Kind.DIES_WITHIN if part is not None:
                part(self._chance.randint(1, batch))
                raise Died(name)
        done = write()
        match kind:
            case Kind.DIES_AFTER | Kind.DIES_WITHIN:
                raise Died(name)
            case Kind.ANSWER_LOST:
                raise ConnectionLost(name)
        return done

    def boundaries(self) -> list[Fault]:
        """Every fault that can strike a repetition of this work, alone."""
        return [
            Fault(number, kind)
            for number in range(len(self.names))
            for kind in Kind
            if kind is not Kind.DIES_WITHIN or number in self.batches
        ]
