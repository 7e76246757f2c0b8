"""Record what happened to an agreement on one day, so that it is billed once: a reconnection, a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.tariffs.determinants import Determinant, DeterminantKind, number_of
from chalicelib.domain.tariffs.rating import RateDocument
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.registry import Change, RegistryBatch, RegistryStore
from chalicelib.usecases.published_tariffs import published_tariffs
from chalicelib.usecases.read_shard_state import LedgerReader


class AgreementUnknown(Refusal):
    """An account has no such agreement."""


class EventUnknown(Refusal):
    """No version of an agreement's tariff charges for such an event."""


class EventDayBilled(Refusal):
    """The day of an event is on a bill already, so that no bill to come would charge it."""


class EventOutsideService(Refusal):
    """An event lies before an agreement starts, or after its end."""


class EventWhileBilling(Refusal):
    """A bill run holds the cycle: its bills might have the event, or might not."""


class Recorded(StrEnum):
    """What became of an event."""

    RECORDED = "recorded"
    THERE_ALREADY = "there already"
    OVERTAKEN = "recorded, while a bill of that day was made: see whether it has the charge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """`event` happened to an agreement on `day`, `value` times or for so much money; None takes it back.

    `value` is a number as somebody has typed it.
    """

    account_id: AccountId
    agreement_id: AgreementId
    event: str
    day: date
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDesk:
    """Where events are recorded, and by whom. `read` reads canonical documents of rates."""

    registry: RegistryStore
    ledger: LedgerReader
    operations: OperationsStore
    store: ArtefactStore
    read: Callable[[str], RateDocument]
    actor: str
    now: datetime

    def record(self, happening: Happening) -> Recorded:
        """Record an event in place of the same one of that day, if it is not billed yet. Safe to repeat.

        What happens twice a day has the value 2. A period's bill charges the events of its days, and so does
        the bill that replaces it: an event is on one live bill, once.

        Raises AccountUnknown, AgreementUnknown, EventUnknown, InvalidDeterminant, EventOutsideService,
        EventDayBilled, EventWhileBilling, ChangedMeanwhile.
        """
        whole = self.registry.account(happening.account_id)
        found = [one for one in whole.agreements if one.agreement_id == happening.agreement_id]
        if not found:
            raise AgreementUnknown(
                f"account {happening.account_id} has no agreement {happening.agreement_id}",
                account_id=happening.account_id,
                agreement_id=happening.agreement_id,
            )
        agreement, cycle = found[0], whole.account.cycle
        _require_service(agreement, happening)
        value = self._value(agreement, happening)
        after = _with_event(agreement, happening, value)
        if after == agreement:
            return Recorded.THERE_ALREADY
        claims = self.operations.claims(cycle)
        holder = self.operations.holder(cycle)
        if holder is not None:
            raise EventWhileBilling(
                f"run {holder} bills cycle {cycle}: record the event when it is closed", run_id=holder
            )
        self._require_unbilled(agreement, happening.day)
        entry = self._entry(agreement, happening)
        self.registry.save(RegistryBatch(changes=(Change(agreement, after),), entries=(entry,)))
        overtaken = self.operations.claims(cycle) != claims or self._billed_until(agreement) > happening.day
        return Recorded.OVERTAKEN if overtaken else Recorded.RECORDED

    def _billed_until(self, agreement: ServiceAgreement) -> date:
        state = self.ledger.account_state(agreement.account_id)
        last = state.last_live_segment(agreement.agreement_id)
        return last.period.end if last else agreement.billed_until or agreement.start

    def _require_unbilled(self, agreement: ServiceAgreement, day: date) -> None:
        until = self._billed_until(agreement)
        if day < until:
            raise EventDayBilled(
                f"agreement {agreement.agreement_id} is billed up to {until}, so that no bill to come has "
                f"{day} in it: record the event with a day from {until} on, or charge it with "
                "`headgate adjust`",
                agreement_id=agreement.agreement_id,
                billed_until=until,
            )

    def _value(self, agreement: ServiceAgreement, happening: Happening) -> Decimal | None:
        """The event's value as the tariff that charges for it reads it."""
        code = agreement.tariff.find(happening.day)
        events: dict[str, Determinant] = {}
        for tariff in published_tariffs(self.store):
            version = self.read(tariff.canonical) if tariff.code == code else None
            if isinstance(version, TariffVersion):
                events |= {d.name: d for d in version.determinants if d.kind is DeterminantKind.EVENT}
        if happening.event not in events:
            known = ", ".join(sorted(events)) or "none"
            raise EventUnknown(
                f"tariff {code} knows no event {happening.event}, it knows {known}: correct the name, or "
                "publish a version that charges for it",
                tariff=code,
                event=happening.event,
            )
        if happening.value is None:
            return None
        return number_of(events[happening.event].read(happening.value))

    def _entry(self, agreement: ServiceAgreement, happening: Happening) -> AuditEntry:
        told = {"agreement_id": agreement.agreement_id, "event": happening.event, "day": str(happening.day)}
        before = _recorded_before(agreement, happening)
        return AuditEntry(
            entity="account",
            entity_id=agreement.account_id,
            action="recorded an event" if happening.value is not None else "took an event back",
            actor=self.actor,
            at=self.now,
            unique=f"event.{agreement.agreement_id}.{happening.event}.{happening.day}",
            before={"value": before} if before is not None else {},
            after={**told, "value": happening.value},
        )


def _recorded_before(agreement: ServiceAgreement, happening: Happening) -> str | None:
    dated = agreement.determinants.get(happening.event)
    entries = dict(dated.entries) if dated is not None else {}
    return str(entries[happening.day]) if happening.day in entries else None


def _with_event(agreement: ServiceAgreement, happening: Happening, value: Decimal | None) -> ServiceAgreement:
    never: Dated[Decimal | str] = Dated(())
    dated = agreement.determinants.get(happening.event, never)
    if value is None:
        kept = Dated(tuple(entry for entry in dated.entries if entry[0] != happening.day))
    else:
        kept = dated.with_entry(happening.day, value)
    determinants = {name: one for name, one in agreement.determinants.items() if name != happening.event}
    if kept.entries:
        determinants[happening.event] = kept
    return replace(agreement, determinants=dict(sorted(determinants.items())))


def _require_service(agreement: ServiceAgreement, happening: Happening) -> None:
    if happening.day < agreement.start or (agreement.end is not None and happening.day >= agreement.end):
        span = f"from {agreement.start}" + (f" to before {agreement.end}" if agreement.end else "")
        raise EventOutsideService(
            f"agreement {agreement.agreement_id} runs {span}: record the event with a day of service, or "
            "charge it with `headgate adjust`",
            agreement_id=agreement.agreement_id,
            day=happening.day,
        )
