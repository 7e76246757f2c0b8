"""What all files of a load go through: rows counted or refused, things compared, saved and told of."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from chalicelib.domain.audit.changes import changes
from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.rows import Columns, RejectedRow, Row, RowOutcome, RowRefused, RowReport
from chalicelib.usecases.ports.files import RowSource
from chalicelib.usecases.ports.registry import (
    Change,
    ChangedMeanwhile,
    RegistryBatch,
    RegistryStore,
    packed,
    weight,
)

_ATTEMPTS = 5  # of a thing that others change at the same time

Progress = Callable[[str, int], None]  # file, rows read since the last call


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadJob:
    """Who loads what, and when. `load_id` names the load in the audit trail."""

    load_id: str
    actor: str
    now: datetime
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A thing as the rows have it (`after`) and as it is stored (`before`).

    `change` is what to write if they differ. `rows` share the outcome of the thing; `outcomes` have theirs.
    `again` makes the candidate anew of what is stored by then, for things that others change, too.
    """

    entity: str
    entity_id: str
    before: Any
    after: Any
    change: Change
    rows: Sequence[Row] = ()
    outcomes: Sequence[tuple[Row, RowOutcome]] = ()
    again: Callable[[], Candidate] | None = None

    @property
    def outcome(self) -> RowOutcome:
        """What becomes of the thing."""
        return outcome_of(self.before, self.after)


def outcome_of(before: object, after: object) -> RowOutcome:
    """How `after` relates to what is stored (None: nothing is)."""
    if before is None:
        return RowOutcome.ADDED
    return RowOutcome.UNCHANGED if before == after else RowOutcome.UPDATED


@dataclass(slots=True)
class Groups:
    """Rows by the thing they are part of, and which things lack a row that could not be read."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    broken: list[RejectedRow] = field(default_factory=list)

    def blocker(self, key: str) -> RejectedRow | None:
        """The unreadable row that may belong to `key`: one that has the key in a cell, or no cells at all."""
        return next((row for row in self.broken if not row.cells or key in row.cells), None)


class Intake:
    """One load under way."""

    def __init__(
        self, *, source: RowSource, registry: RegistryStore, job: LoadJob, progress: Progress
    ) -> None:
        self.registry = registry
        self.job = job
        self.report = RowReport()
        self._source = source
        self._progress = progress

    def rows(self, file: str, columns: Columns) -> Iterator[Row]:
        """The readable rows of a file; the others are reported. Raises HeaderRefused and FileNotText."""
        for row in self._source.rows(file, columns):
            self._progress(file, 1)
            if isinstance(row, Row):
                yield row
            else:
                self.report.reject(row)

    def groups(self, file: str, columns: Columns, key: str) -> Groups:
        """All rows of a file by the cell in column `key`. Raises HeaderRefused and FileNotText."""
        groups = Groups()
        before = len(self.report.rejected)
        for row in self.rows(file, columns):
            try:
                groups.rows.setdefault(row.text(key), []).append(row)
            except RowRefused as refused:
                self.refuse(refused)
        groups.broken = self.report.rejected[before:]
        return groups

    def unique(self, file: str, columns: Columns, *keys: str) -> Iterator[Row]:
        """The readable rows of a file of which no two have the same cells in `keys`; repeats are refused."""
        seen: dict[tuple[str, ...], int] = {}
        for row in self.rows(file, columns):
            key = tuple(row.cells.get(column, "") for column in keys)
            first = seen.setdefault(key, row.line)
            if first == row.line:
                yield row
            else:
                self.report.reject(
                    row.refused(keys[-1], f"stands on line {first} already", "leave one of them out").rejected
                )

    def refuse(self, refused: RowRefused, *, together: Iterable[Row] = ()) -> None:
        """Report a refused row, and the rows that are held back with it."""
        fault = refused.rejected
        self.report.reject(fault)
        self.hold_back(
            [row for row in together if (row.file, row.line) != (fault.file, fault.line)], because=fault
        )

    def hold_back(self, rows: Iterable[Row], *, because: RejectedRow) -> None:
        """Report rows that are fine by themselves and belong to something that cannot be saved whole."""
        for row in rows:
            reason = f"held back: {because.file} line {because.line} belongs to the same thing and is refused"
            self.report.reject(row.refused("", reason, "mend that line").rejected)

    def keep(self, candidates: Iterable[Candidate]) -> None:
        """Save what is new or changed, and count the rows of every candidate once that is done.

        What somebody else changes at the same time is worked out again where that can be done. Raises
        ChangedMeanwhile otherwise: loading again goes on from there.
        """
        on_their_way: deque[list[Candidate]] = deque()

        def batches() -> Iterator[RegistryBatch]:
            for together in packed(self._to_save(candidates), _weight):
                on_their_way.append(together)
                yield self._batch(together)

        if self.job.dry_run:
            for _ in batches():
                self._count(on_their_way.popleft())
            return
        for saving in self.registry.save_many(batches()):
            together = on_their_way.popleft()
            if saving.refused is None:
                self._count(together)
            else:
                for candidate in together:
                    self._save_alone(candidate)

    def _to_save(self, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
        for candidate in candidates:
            if candidate.outcome is RowOutcome.UNCHANGED:
                self._count([candidate])
            else:
                yield candidate

    def _save_alone(self, candidate: Candidate) -> None:
        for attempt in range(_ATTEMPTS):
            if candidate.outcome is RowOutcome.UNCHANGED:
                break
            try:
                self.registry.save(self._batch([candidate]))
                break
            except ChangedMeanwhile:
                if candidate.again is None or attempt + 1 == _ATTEMPTS:
                    raise
            candidate = candidate.again()
        self._count([candidate])

    def _count(self, candidates: Iterable[Candidate]) -> None:
        for candidate in candidates:
            for row in candidate.rows:
                self.report.accept(row.file, candidate.outcome)
            for row, its_outcome in candidate.outcomes:
                self.report.accept(row.file, its_outcome)

    def _batch(self, candidates: Sequence[Candidate]) -> RegistryBatch:
        """Candidates that are saved together, each change with its entry, and one for all that is added."""
        changes = tuple(candidate.change for candidate in candidates)
        told = [self._told(one) for one in candidates if one.outcome is RowOutcome.UPDATED]
        content = sha256("\n".join(repr(change.after) for change in changes).encode()).hexdigest()
        summary = AuditEntry(
            entity="registry_load",
            entity_id=self.job.load_id,
            action="saved",
            actor=self.job.actor,
            at=self.job.now,
            unique=content[:32],
            correlation_id=self.job.load_id,
            after={"things": len(changes), "updated": len(told), "sha256": content},
        )
        return RegistryBatch(changes=changes, entries=(*told, summary))

    def _told(self, candidate: Candidate) -> AuditEntry:
        before, after = changes(candidate.before, candidate.after)
        return AuditEntry(
            entity=candidate.entity,
            entity_id=candidate.entity_id,
            action="updated",
            actor=self.job.actor,
            at=self.job.now,
            unique=self.job.load_id,
            correlation_id=self.job.load_id,
            before=before,
            after=after,
        )


def _weight(candidate: Candidate) -> int:
    return weight(candidate.change) + (candidate.outcome is RowOutcome.UPDATED)
