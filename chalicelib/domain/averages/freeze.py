"""What freezing makes of each agreement of a shard, given how the registry has it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from chalicelib.domain.averages.measure import said
from chalicelib.domain.averages.measure_agreement import Task, is_filled, value_of_day
from chalicelib.domain.averages.proposal import FreezeTally, NotFrozen, Override, ProposedValue
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AccountId, AgreementId
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.tariffs.determinants import table_key


@dataclass(frozen=True, slots=True, kw_only=True)
class DueValue:
    """What is approved for one agreement. `value` is None for one that is left out or has none."""

    account_id: AccountId
    agreement_id: AgreementId
    value: Decimal | None
    excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of one agreement. With `after` it is to be written, in place of `before`."""

    tally: FreezeTally
    before: ServiceAgreement | None = None
    after: ServiceAgreement | None = None
    not_frozen: NotFrozen | None = None


def due_values(
    proposed: Sequence[ProposedValue], overrides: Mapping[AgreementId, Override]
) -> tuple[DueValue, ...]:
    """What is approved for a shard's agreements: proposed, or overridden; in order."""
    due = {
        one.agreement_id: DueValue(account_id=one.account_id, agreement_id=one.agreement_id, value=one.value)
        for one in proposed
    }
    for agreement_id, override in overrides.items():
        due[agreement_id] = DueValue(
            account_id=override.account_id,
            agreement_id=agreement_id,
            value=override.value,
            excluded=override.value is None,
        )
    return tuple(sorted(due.values(), key=lambda one: (one.account_id, one.agreement_id)))


def fate_of(due: DueValue, agreement: ServiceAgreement | None, *, task: Task) -> Fate:
    """What becomes of an agreement as the registry has it (None: it has none).

    A value that stands already counts as frozen, so that a repeat counts and writes the same. Another value
    of the same day is somebody's word and stays.
    """
    if due.excluded:
        return Fate(tally=FreezeTally(excluded=1))
    if due.value is None:
        return Fate(tally=FreezeTally(without_value=1))
    if agreement is None or not is_filled(agreement, task):
        why = "it has ended, or its tariff no longer declares the determinant"
        return Fate(tally=FreezeTally(gone=1), not_frozen=_not_frozen(due, why))
    determinant, day = task.rule.determinant, task.effective_on
    there = value_of_day(agreement, determinant=determinant, day=day)
    done = FreezeTally(frozen=1, value_sum=due.value)
    if there is None:
        history: Dated[Decimal | str] = agreement.determinants.get(determinant, Dated(()))
        determinants = {**agreement.determinants, determinant: history.with_entry(day, due.value)}
        after = replace(agreement, determinants=dict(sorted(determinants.items())))
        return Fate(tally=done, before=agreement, after=after)
    if table_key(str(there)) == table_key(str(due.value)):
        return Fate(tally=done)
    why = f"it was given {there} from {day} on, and keeps it; {said(due.value)} was approved"
    return Fate(tally=FreezeTally(kept=1), not_frozen=_not_frozen(due, why))


def _not_frozen(due: DueValue, reason: str) -> NotFrozen:
    return NotFrozen(account_id=due.account_id, agreement_id=due.agreement_id, reason=reason)
