"""Items of the operations table: what conditions look at is an attribute, the rest one JSON text."""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.domain.billing.acceptance import Acceptance
from chalicelib.domain.billing.door import Door
from chalicelib.domain.billing.hold import Hold
from chalicelib.domain.billing.run import BillRun, ChunkReport
from chalicelib.storage.records import DetailAttribute, Record


class RunRecord(Record):
    """A bill run. `version` is what a change is conditional on."""

    version = NumberAttribute()
    detail = DetailAttribute(BillRun)


class DoorRecord(Record):
    """A door. Conditions look at who holds it and how far it is."""

    run_id = UnicodeAttribute()
    state = UnicodeAttribute()
    detail = DetailAttribute(Door)


class NamedRunRecord(Record):
    """An item that names a run: the freeze of a cycle, a place in the list of runs."""

    run_id = UnicodeAttribute()


class ChunkReportRecord(Record):
    """What a stage made of a chunk."""

    detail = DetailAttribute(ChunkReport)


class TaskTokenRecord(Record):
    """The token under which an execution waits for a decision."""

    token = UnicodeAttribute()


class HoldRecord(Record):
    """A hold on an account."""

    live = BooleanAttribute()
    detail = DetailAttribute(Hold)


class AcceptanceRecord(Record):
    """An account's unusual usage that was found right."""

    detail = DetailAttribute(Acceptance)
