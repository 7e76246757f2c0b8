"""What becomes of a read that arrives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.metering.meter_read import MeterRead


class ReadStatus(StrEnum):
    """Whether a read was stored."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"  # the same value at the same instant is there already
    CONFLICT = "conflict"  # another value is there at the same instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOutcome:
    """A read and what became of it. `stored_value` is what the store holds instead, on a conflict."""

    read: MeterRead
    status: ReadStatus
    stored_value: Decimal | None = None

    @property
    def reason(self) -> str:
        """Why it was not recorded, in words; empty when it was."""
        if self.status is ReadStatus.RECORDED:
            return ""
        instant = self.read.taken_at.isoformat()
        if self.status is ReadStatus.DUPLICATE:
            return f"register {self.read.register_id} already has {self.read.value} at {instant}"
        return (
            f"register {self.read.register_id} already has {self.stored_value} at {instant}, not "
            f"{self.read.value}: a stored read is never changed; give a later read, or correct the file"
        )


def outcome_of(*, read: MeterRead, stored: MeterRead | None) -> ReadOutcome:
    """What becomes of `read` where `stored` is what is held for its register and instant (None: nothing)."""
    if stored is None:
        return ReadOutcome(read=read, status=ReadStatus.RECORDED)
    if stored.value == read.value and stored.quality is read.quality:
        return ReadOutcome(read=read, status=ReadStatus.DUPLICATE)
    return ReadOutcome(read=read, status=ReadStatus.CONFLICT, stored_value=stored.value)


def plain_value(value: Decimal) -> str:
    """`value` in digits, without exponent or trailing zeros: equal values give equal texts."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def entry_of_reads(*, entry: AuditEntry, reads: Sequence[MeterRead]) -> AuditEntry:
    """`entry` completed with the count and the SHA-256 of the reads recorded, which also make it unique."""
    facts = sorted(
        f"{read.register_id} {read.taken_at.astimezone(UTC):%Y%m%dT%H%M%S.%f} {plain_value(read.value)}"
        for read in reads
    )
    digest = sha256("\n".join(facts).encode()).hexdigest()
    after = {**entry.after, "reads": len(reads), "sha256": digest}
    return replace(entry, unique=f"{entry.unique}.{digest[:16]}", after=after)
