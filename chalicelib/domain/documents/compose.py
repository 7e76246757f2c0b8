"""A bill document from what is known of the account, its transactions and the bill's own inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from chalicelib.domain.billing.bill import Bill, BillKind, BillSegment
from chalicelib.domain.customers.person import Account, Address, BillDelivery, Person
from chalicelib.domain.documents.balance import Statement, balance_forward, statement_order
from chalicelib.domain.documents.bill_document import (
    AccountFacts,
    BalanceForward,
    BillDocument,
    BillFacts,
    ComparedWith,
    Comparison,
    IssuerFacts,
    PaymentFacts,
    Recipient,
)
from chalicelib.domain.documents.bill_numbers import bill_number, corrected_bill
from chalicelib.domain.documents.charges import in_order, service_charges
from chalicelib.domain.documents.circumstances import BillInLife
from chalicelib.domain.documents.comparison import Rates, compare_bills
from chalicelib.domain.documents.scanline import NotForScanline, scanline
from chalicelib.domain.documents.usage_history import live_segments, usage_history
from chalicelib.domain.kernel.ids import AgreementId, BillId, Month
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.tariffs.line import BillLine
from chalicelib.domain.utility.profile import LocalText, UtilityProfile

_NOWHERE = Address(lines=(), city="", region="", postal_code="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a document is made of.

    `addresses`: where each agreement is supplied. `transactions`: those of the account up to now, since
    fourteen months before the bill or longer. `rates`: the agreements and tariffs frozen with the bill, None
    where they were not kept. `is_first`: the account was never billed before.
    """

    utility: UtilityProfile
    account: Account
    person: Person
    agreements: tuple[ServiceAgreement, ...]
    addresses: Mapping[AgreementId, Address]
    transactions: Sequence[FinancialTransaction]
    statement: Statement
    receivable: str
    rates: Rates | None
    is_first: bool


def compose_bill(known: Known) -> BillDocument:
    """The document of the statement's bill. Raises ValueError when the statement is of no bill."""
    bill = known.statement.bill.bill
    if bill is None:
        raise ValueError(f"{known.statement.bill.transaction_id} posts no bill")
    number_of = _numbers(known.account)
    facts = _facts(bill, known, number_of)
    balance = balance_forward(known.statement, receivable=known.receivable, number_of=number_of)
    here = statement_order(known.statement.bill)
    billed = list(live_segments(one for one in known.transactions if statement_order(one) <= here))
    services = in_order(
        [
            service_charges(
                segment,
                address=known.addresses.get(segment.agreement_id),
                labels=_labels(known),
                units=_units(known),
            )
            for segment in bill.segments
        ]
    )
    places = tuple(dict.fromkeys(one.address for one in services if one.address is not None))
    usage = usage_history(billed, through=bill.period)
    paperless = known.account.delivery is BillDelivery.PAPERLESS
    life = BillInLife(bill=facts, balance=balance, services=services, usage=usage, paperless=paperless)
    return BillDocument(
        bill=facts,
        issuer=_issuer(known.utility),
        recipient=Recipient(
            name=known.person.name,
            mailing_address=known.person.mailing_address or (places[0] if places else _NOWHERE),
            language=known.person.language,
            large_print=known.person.large_print,
            paperless=paperless,
        ),
        account=AccountFacts(
            account_id=known.account.account_id, number=known.account.number, service_addresses=places
        ),
        balance=balance,
        services=services,
        usage=usage,
        comparisons=_comparisons(bill, billed, known.rates, number_of),
        messages=life.messages(known.utility.messages),
        payment=_payment(facts, balance, known),
        inserts=life.inserts(known.utility.inserts),
    )


def _numbers(account: Account) -> Callable[[BillId], str]:
    return lambda bill_id: bill_number(account_number=account.number, bill_id=bill_id)


def _facts(bill: Bill, known: Known, number_of: Callable[[BillId], str]) -> BillFacts:
    corrected = corrected_bill(bill.bill_id)
    billed_through = max(segment.period.end for segment in bill.segments)
    return BillFacts(
        bill_id=bill.bill_id,
        number=number_of(bill.bill_id),
        kind=bill.kind,
        cycle=bill.cycle,
        bill_date=bill.bill_date,
        due_on=bill.due_on,
        currency=bill.currency,
        is_first=known.is_first,
        is_final=all(one.end is not None and one.end <= billed_through for one in known.agreements),
        corrects=number_of(corrected) if corrected else None,
    )


def _issuer(utility: UtilityProfile) -> IssuerFacts:
    return IssuerFacts(
        name=utility.name,
        languages=utility.languages,
        paper=utility.paper,
        brand=utility.brand,
        contacts=utility.contacts,
    )


def _labels(known: Known) -> Callable[[BillLine], LocalText]:
    own, *others = known.utility.languages

    def labels(line: BillLine) -> LocalText:
        found = {own: line.label}
        version = known.rates.book.version(line.tariff) if known.rates else None
        for language in others:
            label = version.translations.get(language, {}).get(line.charge) if version else None
            if label is not None:
                found[language] = label
        return found

    return labels


def _units(known: Known) -> Callable[[BillLine], str]:
    def unit(line: BillLine) -> str:
        """The unit that the tariff declares for what a fixed charge counts, such as ERU."""
        version = known.rates.book.version(line.tariff) if known.rates else None
        if version is None or not line.unit:
            return line.unit
        units = {one.name: one.unit for one in version.determinants}
        units |= {one.name: one.unit for one in version.formulas}
        return units.get(line.unit) or line.unit

    return unit


def _comparisons(
    bill: Bill,
    billed: Sequence[tuple[Bill, BillSegment]],
    rates: Rates | None,
    number_of: Callable[[BillId], str],
) -> tuple[Comparison, ...]:
    """With the last month billed before, and with the same month a year ago, as both stand corrected."""
    if rates is None or bill.kind is BillKind.REBILL:
        return ()
    earlier = _by_month([pair for pair in billed if pair[0].period < bill.period])
    found = []
    if earlier:
        found.append((ComparedWith.LAST_BILL, earlier[max(earlier)]))
    if (a_year_ago := bill.period.plus(-12)) in earlier:
        found.append((ComparedWith.LAST_YEAR, earlier[a_year_ago]))
    return tuple(
        compare_bills(now=bill, before=before, compared_with=compared_with, rates=rates, number_of=number_of)
        for compared_with, before in found
    )


def _by_month(billed: Sequence[tuple[Bill, BillSegment]]) -> dict[Month, Bill]:
    """One bill a month, of all segments of that month that count."""
    found: dict[Month, Bill] = {}
    for bill, segment in billed:
        one = found.get(bill.period) or replace(bill, segments=())
        found[bill.period] = replace(one, segments=(*one.segments, segment))
    return found


def _payment(facts: BillFacts, balance: BalanceForward, known: Known) -> PaymentFacts:
    amount = max(balance.due_minor, 0)
    remittance = known.utility.remittance
    try:
        line = scanline(account_number=known.account.number, amount_minor=amount)
    except NotForScanline:  # no lock box can read it: the stub goes without
        line = ""
    return PaymentFacts(
        amount_minor=amount,
        due_on=facts.due_on,
        payable_to=remittance.payable_to,
        address=remittance.address,
        scanline=line,
        link=remittance.pay_url.format(
            account=quote(known.account.number, safe=""),
            bill=quote(facts.number, safe=""),
            amount=f"{Money.of_minor(amount, facts.currency).amount:f}",
        ),
        options=remittance.options,
    )
