"""One account's bill: its due segments, or the reasons why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.billing.bill import Bill, BillSegment
from chalicelib.domain.billing.exceptions import ON_HOLD, UNABLE_TO_RATE, BillException, exception_of
from chalicelib.domain.billing.inputs import AccountInputs, BillingTerms, MeteringInputs
from chalicelib.domain.billing.segment import Segmented, bill_agreement
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, BillId
from chalicelib.domain.ledger.transaction_ids import cycle_bill_id, off_cycle_bill_id
from chalicelib.domain.metering.meter_read import MeterRead
from chalicelib.domain.tariffs.rating import TariffBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """A bill, the estimates its reads rest on, and what is worth a note."""

    bill: Bill
    estimates: tuple[MeterRead, ...] = ()
    notes: tuple[BillException, ...] = ()

    @property
    def is_estimated(self) -> bool:
        """Whether a segment closes with an estimate."""
        return any(segment.estimated for segment in self.bill.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Excepted:
    """An account left out whole, and why. `withheld_minor` is what could be rated of it nevertheless."""

    account_id: AccountId
    exceptions: tuple[BillException, ...]
    withheld_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An account with nothing to bill, and why."""

    account_id: AccountId
    reason: str


Outcome = Billed | Excepted | Skipped


def bill_account(
    *, account: AccountInputs, terms: BillingTerms, metering: MeteringInputs, book: TariffBook
) -> Outcome:
    """Bill every agreement of `account` that is due, all or none.

    One blocking exception keeps the whole account back: a customer gets one bill, not a part of it. What goes
    wrong with one account, also by a fault of ours, never keeps others from being billed.
    """
    done: list[Segmented] = []
    exceptions = [BillException(code=ON_HOLD, message=reason) for reason in account.holds]
    for agreement in sorted(account.agreements, key=lambda one: one.agreement_id):
        try:
            segmented = bill_agreement(
                agreement=agreement,
                before=account.billed.get(agreement.agreement_id),
                terms=terms,
                metering=metering,
                book=book,
            )
        except Refusal as refusal:
            exceptions.append(exception_of(refusal, agreement_id=agreement.agreement_id))
        except Exception as error:  # a fault of this program: counted and shown, never fatal to a run
            exceptions.append(
                BillException(
                    code=UNABLE_TO_RATE,
                    message=f"billing failed with {type(error).__name__}; this is a fault to be reported",
                    agreement_id=agreement.agreement_id,
                )
            )
        else:
            if segmented is not None:
                done.append(segmented)
    return _outcome(account, terms, done, exceptions)


def _outcome(
    account: AccountInputs, terms: BillingTerms, done: list[Segmented], exceptions: list[BillException]
) -> Outcome:
    found = [finding for segmented in done for finding in segmented.findings]
    if not done and not any(exception.agreement_id for exception in exceptions):
        return Skipped(account_id=account.account_id, reason=_why_nothing(account))
    blocking = [*exceptions, *(finding for finding in found if finding.blocks and not account.accepted)]
    if blocking:
        withheld = sum(segmented.segment.total_minor for segmented in done)
        return Excepted(account_id=account.account_id, exceptions=tuple(blocking), withheld_minor=withheld)
    segments = tuple(segmented.segment for segmented in done)
    return Billed(
        bill=_bill(account, terms, segments),
        estimates=tuple(read for segmented in done for read in segmented.estimates),
        notes=tuple(found),
    )


def _bill(account: AccountInputs, terms: BillingTerms, segments: tuple[BillSegment, ...]) -> Bill:
    return Bill(
        bill_id=bill_id(terms=terms, generation=account.bills_made),
        account_id=account.account_id,
        kind=terms.kind,
        cycle=terms.cycle,
        period=terms.period,
        bill_date=terms.dates.bill_date,
        due_on=terms.dates.due_on,
        accounting_period=terms.dates.accounting_period,
        currency=account.currency,
        segments=segments,
    )


def bill_id(*, terms: BillingTerms, generation: int) -> BillId:
    """The id of an account's bill under `terms` after `generation` earlier ones."""
    if terms.through is not None:
        return off_cycle_bill_id(billed_through=terms.through, generation=generation)
    return cycle_bill_id(cycle=terms.cycle, period=terms.period, generation=generation)


def _why_nothing(account: AccountInputs) -> str:
    if not account.agreements:
        return "it has no agreements"
    if account.bills_made:
        return "it is billed for this period"
    return "none of its agreements is due"
