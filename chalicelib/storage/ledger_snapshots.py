"""Snapshots of account states as gzipped positional JSON among the artefacts.

The first number is the layout. Layout 1, days are ordinals, decimals are text:

    file     [1, [account …]]
    account  [account id, currency, balance, deposit, through, [item …], [credit …], [segment …]]
    item     [agreement, charge group, due day, original, [credit id, amount] …]
    credit   [transaction, received day, amount, applied, agreement, charge group, due day]
    segment  [agreement, service, start day, days, generation, transaction, live, quantity, unit, estimated,
              [register, start day, value, quality, end day, value, quality, usage, unit, event] …]
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from chalicelib.domain.billing.bill import BilledRead
from chalicelib.domain.kernel.ids import AccountId, AgreementId, Month, RegisterId, Shard, TransactionId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.ledger.account_state import AccountState, BilledSegment, Credit, OpenItem
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.ledger import SnapshotReference
from chalicelib.usecases.ports.snapshots import SnapshotAltered

_LAYOUT = 1
_day = date.fromordinal
_SERVICES = {service.value: service for service in ServiceType}
_QUALITIES = {quality.value: quality for quality in ReadQuality}


class ArtefactSnapshots:
    """SnapshotStore on the artefact store, under ledger/snapshots/."""

    def __init__(self, artefacts: ArtefactStore) -> None:
        self._artefacts = artefacts

    def put(self, shard: Shard, period: Month, states: Iterable[AccountState]) -> SnapshotReference:
        """See SnapshotStore."""
        body = dump_states(states)
        self._artefacts.put(_name(shard, period), body)
        return SnapshotReference(period=period, sha256=hashlib.sha256(body).hexdigest())

    def get(self, shard: Shard, reference: SnapshotReference) -> tuple[AccountState, ...]:
        """See SnapshotStore."""
        return load_states(self._body(shard, reference))

    def get_one(
        self, shard: Shard, reference: SnapshotReference, account_id: AccountId
    ) -> AccountState | None:
        """See SnapshotStore. Making the states of a whole shard costs several times as much."""
        rows = _rows(self._body(shard, reference))
        return next((_account(row) for row in rows if row[0] == account_id), None)

    def _body(self, shard: Shard, reference: SnapshotReference) -> bytes:
        name = _name(shard, reference.period)
        body = self._artefacts.get(name)
        if (found := hashlib.sha256(body).hexdigest()) != reference.sha256:
            raise SnapshotAltered(
                f"{name} has SHA-256 {found}, the ledger recorded {reference.sha256}: "
                "restore the version that was recorded",
                name=name,
            )
        return body


def dump_states(states: Iterable[AccountState]) -> bytes:
    """The states as bytes: always the same for the same states."""
    accounts = [_account_row(state) for state in states]
    text = json.dumps([_LAYOUT, accounts], ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def load_states(body: bytes) -> tuple[AccountState, ...]:
    """The states that `dump_states` wrote. Raises ValueError for any other layout."""
    return tuple(_account(row) for row in _rows(body))


def _rows(body: bytes) -> list[list[Any]]:
    layout, accounts = json.loads(gzip.decompress(body))
    if layout != _LAYOUT:
        raise ValueError(f"snapshot layout {layout} is unknown: this version reads {_LAYOUT}")
    return list(accounts)


def _name(shard: Shard, period: Month) -> str:
    return f"ledger/snapshots/{period}/{shard}.json.gz"


def _account_row(state: AccountState) -> list[Any]:
    return [
        state.account_id,
        state.currency,
        state.balance_minor,
        state.deposit_minor,
        str(state.through) if state.through else None,
        [
            [i.agreement_id, i.charge_group, i.due_on.toordinal(), i.original_minor, *map(list, i.applied)]
            for i in state.items
        ],
        [
            [
                c.transaction_id,
                c.received_on.toordinal(),
                c.amount_minor,
                c.applied_minor,
                c.agreement_id,
                c.charge_group,
                c.due_on and c.due_on.toordinal(),
            ]
            for c in state.credits
        ],
        [_segment_row(segment) for segment in state.segments],
    ]


def _segment_row(segment: BilledSegment) -> list[Any]:
    return [
        segment.agreement_id,
        segment.service_type.value,
        segment.period.start.toordinal(),
        segment.period.days,
        segment.generation,
        segment.transaction_id,
        int(segment.is_live),
        None if segment.quantity is None else str(segment.quantity),
        segment.unit,
        int(segment.estimated),
        *(
            [
                read.register_id,
                read.start_on.toordinal(),
                str(read.start_value),
                read.start_quality.value,
                read.end_on.toordinal(),
                str(read.end_value),
                read.end_quality.value,
                str(read.usage),
                read.unit,
                read.event,
            ]
            for read in segment.reads
        ),
    ]


def _account(row: list[Any]) -> AccountState:
    account_id, currency, balance, deposit, through, items, credits_, segments = row
    return AccountState(
        account_id=AccountId(account_id),
        currency=currency,
        balance_minor=balance,
        deposit_minor=deposit,
        through=Month.parse(through) if through else None,
        items=tuple(_item(item) for item in items),
        credits=tuple(_credit(credit) for credit in credits_),
        segments=tuple(_segment(segment) for segment in segments),
    )


def _item(row: list[Any]) -> OpenItem:
    agreement, group, due, original, *applied = row
    return OpenItem(
        agreement_id=agreement and AgreementId(agreement),
        charge_group=group,
        due_on=_day(due),
        original_minor=original,
        applied=tuple((TransactionId(credit), amount) for credit, amount in applied),
    )


def _credit(row: list[Any]) -> Credit:
    transaction, received, amount, applied, agreement, group, due = row
    return Credit(
        transaction_id=TransactionId(transaction),
        received_on=_day(received),
        amount_minor=amount,
        applied_minor=applied,
        agreement_id=agreement and AgreementId(agreement),
        charge_group=group,
        due_on=_day(due) if due else None,
    )


def _segment(row: list[Any]) -> BilledSegment:
    agreement, service, start, days, generation, transaction, live, quantity, unit, estimated, *reads = row
    return BilledSegment(
        AgreementId(agreement),
        _SERVICES[service],
        Period(_day(start), _day(start + days)),
        generation,
        TransactionId(transaction),
        bool(live),
        None if quantity is None else Decimal(quantity),
        unit,
        bool(estimated),
        tuple(_read(*read) for read in reads),
    )


def _read(
    register: str,
    start_on: int,
    start_value: str,
    start_quality: str,
    end_on: int,
    end_value: str,
    end_quality: str,
    usage: str,
    unit: str,
    event: str,
) -> BilledRead:
    return BilledRead(
        register_id=RegisterId(register),
        start_on=_day(start_on),
        start_value=Decimal(start_value),
        start_quality=_QUALITIES[start_quality],
        end_on=_day(end_on),
        end_value=Decimal(end_value),
        end_quality=_QUALITIES[end_quality],
        usage=Decimal(usage),
        unit=unit,
        event=event,
    )
