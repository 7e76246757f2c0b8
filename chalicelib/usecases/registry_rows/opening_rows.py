"""opening_balances.csv and opening_totals.csv: what customers owe and have when the former system stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.kernel.ids import AccountId, AgreementId
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.rows import Columns, Row
from chalicelib.domain.ledger.opening import ControlTotals, OpeningBalance, OpeningItem

BALANCES = Columns(required=("account", "kind", "amount"), optional=("due", "agreement", "charge_group"))
TOTALS = Columns(required=("reference", "as_of", "accounts", "balance", "deposits"), optional=("currency",))


class OpeningKind(StrEnum):
    """What a row takes over. Amounts are positive; the kind gives the sign."""

    CHARGE = "charge"  # an open item: owed since `due`
    CREDIT = "credit"  # money or a credit not yet applied to anything
    DEPOSIT = "deposit"  # held as security


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningTotals:
    """What the former system says of itself: the day, its name for the takeover, the sums."""

    reference: str
    as_of: date
    currency: str
    expected: ControlTotals


def totals_of(row: Row) -> OpeningTotals:
    """The control totals; amounts are in the currency's major unit."""
    currency = (row.cells.get("currency") or "USD").upper()
    return OpeningTotals(
        reference=row.text("reference"),
        as_of=row.date("as_of"),
        currency=currency,
        expected=ControlTotals(
            accounts=row.whole("accounts"),
            balance_minor=amount_minor(row, "balance", currency),
            deposit_minor=amount_minor(row, "deposits", currency),
        ),
    )


def amount_minor(row: Row, column: str, currency: str) -> int:
    """An amount written in major units (12.50), in minor units (1250)."""
    amount = row.decimal(column)
    money = row.checked(lambda: Money(amount, currency), column=column)
    try:
        return money.minor
    except ValueError:
        reason = f"{amount} is not a whole number of minor units of {currency}"
        raise row.refused(column, reason, "write it with the currency's decimals") from None


def balance_of(
    rows: Sequence[Row], *, account_id: AccountId, agreements: dict[str, AgreementId], totals: OpeningTotals
) -> OpeningBalance:
    """An account's opening balance; `agreements` are the ids of the agreements its rows name."""
    items: list[OpeningItem] = []
    deposit = 0
    for row in rows:
        kind = row.choice("kind", OpeningKind)
        amount = amount_minor(row, "amount", totals.currency)
        if amount <= 0:
            raise row.refused("amount", f"{Decimal(amount)} is not positive", "the kind gives the sign")
        if kind is OpeningKind.DEPOSIT:
            deposit += amount
            continue
        due_on = row.date("due") if kind is OpeningKind.CHARGE else row.optional("due", row.date)
        items.append(
            OpeningItem(
                amount_minor=amount if kind is OpeningKind.CHARGE else -amount,
                due_on=due_on or totals.as_of,
                agreement_id=agreements.get(row.cells.get("agreement", "")),
                charge_group=row.cells.get("charge_group", ""),
            )
        )
    return OpeningBalance(
        account_id=account_id, currency=totals.currency, items=tuple(items), deposit_minor=deposit
    )
