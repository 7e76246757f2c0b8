"""Opening balances: all of the file or, when a row or a sum is wrong, nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AgreementId
from chalicelib.domain.kernel.rows import Row, RowOutcome, RowRefused
from chalicelib.domain.ledger.opening import (
    ControlTotalDiffers,
    ControlTotals,
    OpeningBalance,
    opening_transaction,
    require_totals,
)
from chalicelib.domain.ledger.transaction_ids import opening_id
from chalicelib.usecases.ports.identity import Pseudonyms
from chalicelib.usecases.ports.ledger import ConflictingTransaction
from chalicelib.usecases.post_opening_balances import post_opening_balances
from chalicelib.usecases.post_transaction import Desk, TransactionUnknown
from chalicelib.usecases.registry_load.intake import Groups, Intake
from chalicelib.usecases.registry_load.known import Known
from chalicelib.usecases.registry_rows.opening_rows import (
    BALANCES,
    TOTALS,
    OpeningTotals,
    balance_of,
    totals_of,
)

BALANCES_FILE, TOTALS_FILE = "opening_balances.csv", "opening_totals.csv"


class OpeningTotalsMissing(Refusal):
    """opening_balances.csv came without the one row of control totals it needs."""


def load_opening_balances(intake: Intake, known: Known, *, names: Pseudonyms, desk: Desk) -> None:
    """opening_balances.csv, checked against opening_totals.csv, becomes one OPENING transaction an account.

    Raises OpeningTotalsMissing.
    """
    groups = intake.groups(BALANCES_FILE, BALANCES, "account")
    totals_rows = list(intake.rows(TOTALS_FILE, TOTALS))
    if not groups.rows and not totals_rows:
        return
    if len(totals_rows) != 1:
        raise OpeningTotalsMissing(
            f"{TOTALS_FILE} has {len(totals_rows)} readable rows, one is needed: reference, as_of and the "
            f"sums that {BALANCES_FILE} must add up to"
        )
    faults: list[RowRefused] = []
    balances: dict[str, OpeningBalance] = {}
    totals: OpeningTotals | None = None
    try:
        totals = totals_of(totals_rows[0])
        known.find_accounts(groups.rows)
        balances = _balances(groups.rows, known, names, totals, faults)
        if not faults and not groups.broken:
            _check(totals_rows[0], balances, totals)
    except RowRefused as refused:
        faults.append(refused)
    if totals is None or faults or groups.broken:
        _refuse_all(intake, groups, totals_rows[0], faults)
    else:
        _post(intake, desk, balances, totals, groups.rows)
        intake.report.accept(TOTALS_FILE, RowOutcome.UNCHANGED)  # it says something of the others, no more


def _check(row: Row, balances: dict[str, OpeningBalance], totals: OpeningTotals) -> None:
    try:
        require_totals(balances.values(), totals.expected)
    except ControlTotalDiffers as refusal:
        mend = f"find what is missing in {BALANCES_FILE}, or correct the totals"
        raise row.refused("", refusal.message, mend) from refusal


def _balances(
    groups: Mapping[str, Sequence[Row]],
    known: Known,
    names: Pseudonyms,
    totals: OpeningTotals,
    faults: list[RowRefused],
) -> dict[str, OpeningBalance]:
    """The balances of all accounts; rows that cannot be taken are added to `faults`."""
    balances: dict[str, OpeningBalance] = {}
    for account_number, rows in groups.items():
        try:
            balances[account_number] = _balance(account_number, rows, known, names, totals)
        except RowRefused as refused:
            faults.append(refused)
    return balances


def _balance(
    account_number: str, rows: Sequence[Row], known: Known, names: Pseudonyms, totals: OpeningTotals
) -> OpeningBalance:
    account = known.accounts.get(account_number)
    if account is None:
        raise rows[0].refused("account", f"{account_number!r} is not known", "add it to accounts.csv")
    if account.currency != totals.currency:
        reason = f"the account is kept in {account.currency}, the totals are in {totals.currency}"
        raise rows[0].refused("account", reason, "take over one currency at a time")
    agreements: dict[str, AgreementId] = {}
    for row in rows:
        if reference := row.cells.get("agreement"):
            agreement_id = names.agreement_id(account_number=account_number, reference=reference)
            known.require(row, "agreement", found=agreement_id in account.agreements, file="agreements.csv")
            agreements[reference] = agreement_id
    return balance_of(rows, account_id=account.account_id, agreements=agreements, totals=totals)


def _refuse_all(intake: Intake, groups: Groups, totals_row: Row, faults: Sequence[RowRefused]) -> None:
    """Report the faults, and every other row as held back: nothing of the file is taken."""
    for refused in faults:
        intake.report.reject(refused.rejected)
    told = {(refused.rejected.file, refused.rejected.line) for refused in faults}
    everything = [totals_row, *(row for rows in groups.rows.values() for row in rows)]
    because = faults[0].rejected if faults else groups.broken[0]
    intake.hold_back([row for row in everything if (row.file, row.line) not in told], because=because)


def _post(
    intake: Intake,
    desk: Desk,
    balances: Mapping[str, OpeningBalance],
    totals: OpeningTotals,
    groups: Mapping[str, Sequence[Row]],
) -> None:
    """Post account by account. One that was taken over with other figures is refused, the rest go on."""
    for account_number, balance in balances.items():
        rows = groups[account_number]
        try:
            outcome = (_foreseen if intake.job.dry_run else _posted)(desk, balance, totals)
        except ConflictingTransaction:
            reason = f"{totals.reference} was posted for this account with other figures"
            mend = "reverse that transaction, or correct the rows"
            for row in rows:
                intake.report.reject(row.refused("", reason, mend).rejected)
        else:
            intake.report.accept(BALANCES_FILE, outcome, count=len(rows))


def _foreseen(desk: Desk, balance: OpeningBalance, totals: OpeningTotals) -> RowOutcome:
    """What posting would do. Raises ConflictingTransaction."""
    try:
        stored = desk.find(balance.account_id, opening_id(reference=totals.reference))
    except TransactionUnknown:
        return RowOutcome.ADDED
    made = opening_transaction(
        balance,
        reference=totals.reference,
        entered_on=stored.document_date,
        accounting_period=stored.accounting_period,
        recorded_at=stored.recorded_at,
        chart=desk.rules.chart,
    )
    if not made.says_the_same(stored):
        raise ConflictingTransaction(f"{stored.transaction_id} says something else", stored=(stored,))
    return RowOutcome.UNCHANGED


def _posted(desk: Desk, balance: OpeningBalance, totals: OpeningTotals) -> RowOutcome:
    own = ControlTotals(accounts=1, balance_minor=balance.balance_minor, deposit_minor=balance.deposit_minor)
    [posted] = post_opening_balances(desk, balances=[balance], expected=own, reference=totals.reference)
    return RowOutcome.UNCHANGED if posted.already else RowOutcome.ADDED
