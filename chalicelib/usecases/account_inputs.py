"""One account's inputs for a bill, gathered now: for previews and for bills beside the cycle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from chalicelib.domain.billing.bill import BillKind
from chalicelib.domain.billing.bill_account import Outcome, bill_account
from chalicelib.domain.billing.inputs import AccountInputs, BillingTerms, MeteringInputs
from chalicelib.domain.billing.run_dates import own_dates, run_dates
from chalicelib.domain.kernel.ids import AccountId, CycleCode, Month, shard_of
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.bill_cycle import Schedule
from chalicelib.domain.tariffs.rating import RateDocument, TariffBook, compile_book
from chalicelib.usecases.freeze_chunk import account_inputs, metering_inputs, scheduled_days
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.reads import ReadStore
from chalicelib.usecases.ports.registry import RegistryStore, schedule_unknown
from chalicelib.usecases.rates_in_force import Rates, rates_in_force
from chalicelib.usecases.read_shard_state import LedgerReader


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredInputs:
    """What one account's bill is made from, and how many runs had claimed its cycle when it was read."""

    account: AccountInputs
    terms: BillingTerms
    metering: MeteringInputs
    rates: Rates
    claims: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingDesk:
    """Where single bills are made: the same stores and the same engine as a run's."""

    registry: RegistryStore
    reads: ReadStore
    ledger: LedgerReader
    operations: OperationsStore
    store: ArtefactStore
    read_rate_document: Callable[[str], RateDocument]

    def gather(
        self, *, account_id: AccountId, period: Month | None, today: date, through: date | None = None
    ) -> GatheredInputs:
        """Read everything, the claims on the cycle first, so that a run that overtakes us is noticed.

        `period` is the cycle's period to bill; None with `through`, a bill beside the cycle up to that day.
        Raises AccountUnknown, ScheduleUnknown.
        """
        found = self.registry.account(account_id)
        cycle = found.account.cycle
        claims = self.operations.claims(cycle)
        terms = self._terms(cycle, period, today, through)
        account = self._account(found, terms)
        until = through or terms.schedule.window_close
        return GatheredInputs(
            account=account,
            terms=terms,
            metering=self.metering_of(account, through=until),
            rates=rates_in_force(self.store),
            claims=claims,
        )

    def metering_of(self, account: AccountInputs, *, through: date) -> MeteringInputs:
        """The account's meters, and their reads since it was billed last, up to and on `through`."""
        return metering_inputs(
            (account,), until=_day_after(through), registry=self.registry, reads=self.reads
        )

    def bill(self, inputs: GatheredInputs) -> Outcome:
        """The bill of gathered inputs, or why there is none."""
        return bill_account(
            account=inputs.account,
            terms=inputs.terms,
            metering=inputs.metering,
            book=self.book(inputs.rates),
        )

    def book(self, rates: Rates) -> TariffBook:
        """Published tariffs and declared conditions, compiled."""
        return compile_book(self.read_rate_document(document.canonical) for document in rates)

    def _account(self, found: AccountWithAgreements, terms: BillingTerms) -> AccountInputs:
        account_id = found.account.account_id
        holds = (
            hold.reason
            for hold in self.operations.holds_of_shard(shard_of(account_id))
            if hold.account_id == account_id
        )
        accepted = self.operations.acceptances(shard_of(account_id), terms.period)
        return account_inputs(
            found,
            self.ledger.account_state(account_id),
            terms,
            holds=tuple(holds),
            accepted=any(one.account_id == account_id for one in accepted),
        )

    def _terms(
        self, cycle: CycleCode, period: Month | None, today: date, through: date | None
    ) -> BillingTerms:
        schedules = self.registry.schedules(cycle)
        schedule = schedule_for(cycle, schedules, period, through or today)
        calendar = self.registry.calendar()
        if through is None:
            dates = run_dates(schedule=schedule, today=today, calendar=calendar)
        else:
            dates = own_dates(schedule=schedule, today=today, calendar=calendar)
        return BillingTerms(
            kind=BillKind.CYCLE if through is None else BillKind.OFF_CYCLE,
            cycle=cycle,
            period=schedule.period if through is None else Month.of(through),
            schedule=schedule,
            dates=dates,
            today=today,
            scheduled_days=scheduled_days(schedule, schedules),
            through=through,
        )


def schedule_for(
    cycle: CycleCode, schedules: Sequence[Schedule], period: Month | None, day: date
) -> Schedule:
    """The schedule of `period`; without one that in whose time `day` lies. Raises ScheduleUnknown."""
    if period is not None:
        named = [one for one in schedules if one.period == period]
        if not named:
            raise schedule_unknown(cycle=cycle, period=period)
        return named[0]
    if not schedules:
        raise schedule_unknown(cycle=cycle, period=Month.of(day))
    begun = [one for one in schedules if one.window_open <= day]
    return max(begun or schedules[:1], key=lambda one: one.period)


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
