"""What all files of a load go through: rows counted or refused, things compared, saved and told of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from chalicelib.domain.audit.changes import changes
from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.rows import Columns, RejectedRow, Row, RowOutcome, RowRefused, RowReport
from chalicelib.usecases.ports.files import RowSource
from chalicelib.usecases.ports.registry import Registered, RegistryBatch, RegistryStore, merged

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

    `save` is what to write if they differ. `rows` share the outcome of the thing; `outcomes` have their own.
    """

    entity: str
    entity_id: str
    before: Any
    after: Any
    save: tuple[Registered, ...]
    rows: Sequence[Row] = ()
    outcomes: Sequence[tuple[Row, RowOutcome]] = ()

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
        """Save what is new or changed, and count the rows of every candidate."""
        batches = map(self._with_summary, merged(self._to_save(candidates)))
        if self.job.dry_run:
            for _ in batches:
                pass
        else:
            for _ in self.registry.save_many(batches):
                pass

    def _to_save(self, candidates: Iterable[Candidate]) -> Iterator[RegistryBatch]:
        for candidate in candidates:
            outcome = candidate.outcome
            for row in candidate.rows:
                self.report.accept(row.file, outcome)
            for row, its_outcome in candidate.outcomes:
                self.report.accept(row.file, its_outcome)
            if outcome is RowOutcome.ADDED:
                yield RegistryBatch(things=candidate.save)
            elif outcome is RowOutcome.UPDATED:
                yield RegistryBatch(things=candidate.save, entries=(self._told(candidate),))

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

    def _with_summary(self, batch: RegistryBatch) -> RegistryBatch:
        """The batch with the one entry that stands for everything added in it."""
        content = sha256("\n".join(map(repr, batch.things)).encode()).hexdigest()
        summary = AuditEntry(
            entity="registry_load",
            entity_id=self.job.load_id,
            action="saved",
            actor=self.job.actor,
            at=self.job.now,
            unique=content[:32],
            correlation_id=self.job.load_id,
            after={"things": len(batch.things), "updated": len(batch.entries), "sha256": content},
        )
        return replace(batch, entries=(*batch.entries, summary))
