"""accounts.csv, agreements.csv, links.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from chalicelib.domain.customers.person import Account, BillDelivery
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AccountId, AgreementId, PersonId, ServicePointId
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.rows import Columns, Row
from chalicelib.domain.premises.service_agreement import (
    LinkRole,
    ServiceAgreement,
    ServicePointLink,
    ServiceType,
)
from chalicelib.usecases.registry_rows.cells import Determinant, cycle_code, determinant, number, prefixed

DETERMINANT = "determinant:"
ACCOUNTS = Columns(
    required=("account", "person", "cycle", "opened"), optional=("closed", "currency", "delivery")
)
AGREEMENTS = Columns(
    required=("account", "agreement", "service", "start", "tariff"),
    optional=("end", "from", "service_point", "billed_until"),
    open_prefixes=(DETERMINANT,),
)
LINKS = Columns(
    required=("account", "agreement", "service_point"), optional=("role", "share", "start", "end")
)
_SAID_ONCE = ("service", "start", "end", "service_point", "billed_until")


def account_of(row: Row, *, account_id: AccountId, person_id: PersonId) -> Account:
    """An account."""
    opened, closed = row.date("opened"), row.optional("closed", row.date)
    if closed is not None and closed <= opened:
        raise row.refused("closed", f"{closed} is not after opened", "correct one of them")
    currency = (row.cells.get("currency") or "USD").upper()
    row.checked(lambda: Money.zero(currency), column="currency")
    return Account(
        account_id=account_id,
        number=number(row, "account"),
        person_id=person_id,
        cycle=cycle_code(row),
        currency=currency,
        opened_on=opened,
        closed_on=closed,
        delivery=row.choice("delivery", BillDelivery) if row.cells.get("delivery") else BillDelivery.PAPER,
    )


@dataclass(slots=True)
class AgreementRows:
    """The rows that make one agreement: its own by day, and its links."""

    own: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)


def agreement_of(
    rows: AgreementRows, *, account_id: AccountId, agreement_id: AgreementId
) -> ServiceAgreement:
    """An agreement. Its first row says everything; later rows (by `from`) say what changes on that day."""
    first = rows.own[0]
    start, end = first.date("start"), first.optional("end", first.date)
    if end is not None and end <= start:
        raise first.refused("end", f"{end} is not after start", "correct one of them")
    _check_later_rows(rows.own)
    tariff, determinants = _history(rows.own, start)
    billed_until = first.optional("billed_until", first.date)
    if billed_until is not None and billed_until < start:
        raise first.refused(
            "billed_until", f"{billed_until} is before start", "leave it empty if nothing was billed"
        )
    return ServiceAgreement(
        agreement_id=agreement_id,
        account_id=account_id,
        service_type=first.choice("service", ServiceType),
        start=start,
        end=end,
        tariff=Dated(tuple(tariff)),
        determinants={name: Dated(tuple(entries)) for name, entries in sorted(determinants.items())},
        links=_links(rows, start=start, end=end),
        billed_until=billed_until,
    )


def _check_later_rows(rows: Sequence[Row]) -> None:
    first = rows[0]
    for row in rows[1:]:
        for column in _SAID_ONCE:
            said = row.cells.get(column)
            if said and said != first.cells.get(column):
                mend = "use links.csv" if column == "service_point" else "say it once, in the first row"
                raise row.refused(column, f"differs from line {first.line}", mend)


def _history(
    rows: Sequence[Row], start: date
) -> tuple[list[tuple[date, str]], dict[str, list[tuple[date, Determinant]]]]:
    tariff: list[tuple[date, str]] = []
    determinants: dict[str, list[tuple[date, Determinant]]] = {}
    before: date | None = None
    for row in rows:
        day = row.optional("from", row.date) or start
        if (day <= before) if before else (day != start):
            raise row.refused("from", f"{day} does not follow", "the first is start (or empty), then rising")
        before = day
        if not tariff or row.cells.get("tariff"):
            tariff.append((day, row.text("tariff")))
        for name, text in prefixed(row, DETERMINANT).items():
            determinants.setdefault(name, []).append((day, determinant(text)))
    return tariff, determinants


def _links(rows: AgreementRows, *, start: date, end: date | None) -> tuple[ServicePointLink, ...]:
    found = []
    own = rows.own[0]
    if own.cells.get("service_point"):
        found.append(ServicePointLink(service_point_id=_point(own), start=start, end=end))
    for row in rows.links:
        link = ServicePointLink(
            service_point_id=_point(row),
            start=row.optional("start", row.date) or start,
            end=row.optional("end", row.date) or end,
            role=row.choice("role", LinkRole) if row.cells.get("role") else LinkRole.ADD,
            share=row.optional("share", row.decimal) or Decimal(1),
        )
        if not 0 < link.share <= 1:
            raise row.refused(
                "share", f"{link.share} is not above 0 and at most 1", "write a third as 0.3333"
            )
        if link.end is not None and link.end <= link.start:
            raise row.refused("end", f"{link.end} is not after start", "correct one of them")
        found.append(link)
    return tuple(sorted(found, key=lambda link: (link.service_point_id, link.start)))


def _point(row: Row) -> ServicePointId:
    return ServicePointId(number(row, "service_point"))
