"""Accounts with their agreements: each one whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from chalicelib.domain.customers.person import Account
from chalicelib.domain.kernel.ids import (
    AccountId,
    AgreementId,
    ServicePointId,
    Shard,
    shard_of,
)
from chalicelib.domain.kernel.rows import Row, RowOutcome, RowRefused
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.usecases.ports.identity import Pseudonyms
from chalicelib.usecases.ports.registry import Change
from chalicelib.usecases.registry_load.intake import Candidate, Groups, Intake, outcome_of
from chalicelib.usecases.registry_load.known import Known, KnownAccount
from chalicelib.usecases.registry_rows.account_rows import (
    ACCOUNTS,
    AGREEMENTS,
    DETERMINANT,
    LINKS,
    AgreementRows,
    account_of,
    agreement_of,
)
from chalicelib.usecases.registry_rows.cells import cycle_code, number


@dataclass(slots=True, kw_only=True)
class _Files:
    """The three files' rows by account number."""

    accounts: dict[str, Row]
    agreements: Groups
    links: Groups

    def of(self, account_number: str) -> list[Row]:
        """Every row that belongs to an account."""
        own = self.accounts.get(account_number)
        return [
            *([own] if own else ()),
            *self.agreements.rows.get(account_number, ()),
            *self.links.rows.get(account_number, ()),
        ]


def load_accounts(intake: Intake, known: Known, *, names: Pseudonyms) -> None:
    """accounts.csv, agreements.csv and links.csv, shard by shard.

    Agreements of an account that accounts.csv does not name are added to the stored account. Agreements that
    are stored and not named stay.
    """
    files = _Files(
        accounts={row.cells["account"]: row for row in intake.unique("accounts.csv", ACCOUNTS, "account")},
        agreements=intake.groups("agreements.csv", AGREEMENTS, "account"),
        links=intake.groups("links.csv", LINKS, "account"),
    )
    known.find_persons(names.person_id(row.cells["person"]) for row in files.accounts.values())
    known.find_points(
        ServicePointId(point)
        for groups in (files.agreements, files.links)
        for rows in groups.rows.values()
        for row in rows
        if (point := row.cells.get("service_point"))
    )
    intake.keep(_candidates(intake, known, files, names))


def _candidates(intake: Intake, known: Known, files: _Files, names: Pseudonyms) -> Iterator[Candidate]:
    numbers = list(dict.fromkeys([*files.accounts, *files.agreements.rows, *files.links.rows]))
    existing = intake.registry.find_accounts(numbers)
    by_shard: dict[Shard, list[tuple[str, AccountId]]] = {}
    for account_number in numbers:
        rows = files.of(account_number)
        if blocker := files.agreements.blocker(account_number) or files.links.blocker(account_number):
            intake.hold_back(rows, because=blocker)
            continue
        try:
            account_id = existing.get(account_number) or _new_id(rows[0], known, names)
        except RowRefused as refused:
            intake.refuse(refused, together=rows)
        else:
            by_shard.setdefault(shard_of(account_id), []).append((account_number, account_id))
    for shard in sorted(by_shard):
        stored: Mapping[AccountId, AccountWithAgreements] = {}
        if any(account_number in existing for account_number, _ in by_shard[shard]):
            stored = {one.account.account_id: one for one in intake.registry.accounts_of_shard(shard)}
        for account_number, account_id in by_shard[shard]:
            try:
                before = stored.get(account_id)
                found = _candidate(files, account_number, account_id, before=before, known=known, names=names)
            except RowRefused as refused:
                intake.refuse(refused, together=files.of(account_number))
            else:
                known.accounts[account_number] = KnownAccount.of(found.after)
                yield found


def _new_id(row: Row, known: Known, names: Pseudonyms) -> AccountId:
    if row.file != "accounts.csv":
        raise row.refused("account", f"{row.cells['account']!r} is not known", "add it to accounts.csv")
    account_number, cycle = number(row, "account"), cycle_code(row)
    known.require(row, "cycle", found=cycle in known.cycles, file="cycles.csv")
    return names.account_id(account_number, cycle=cycle, shard_count=known.cycles[cycle].shard_count)


def _candidate(
    files: _Files,
    account_number: str,
    account_id: AccountId,
    *,
    before: AccountWithAgreements | None,
    known: Known,
    names: Pseudonyms,
) -> Candidate:
    outcomes: list[tuple[Row, RowOutcome]] = []
    own = files.accounts.get(account_number)
    if own is not None:
        account = _account(own, account_id, known, names)
        outcomes.append((own, outcome_of(before.account if before else None, account)))
    else:
        assert before is not None  # a new account has a row of its own: see _new_id
        account = before.account
    stored = {agreement.agreement_id: agreement for agreement in before.agreements} if before else {}
    named: dict[AgreementId, ServiceAgreement] = {}
    for reference, rows in _by_agreement(files, account_number).items():
        agreement_id = names.agreement_id(account_number=account_number, reference=reference)
        agreement = _agreement(rows, account_id, agreement_id, known)
        agreement = _with_unnamed_determinants(agreement, stored.get(agreement_id), rows)
        named[agreement_id] = agreement
        outcome = outcome_of(stored.get(agreement_id), agreement)
        outcomes.extend((row, outcome) for row in (*rows.own, *rows.links))
    everything = {**stored, **named}
    after = AccountWithAgreements(
        account=account, agreements=tuple(everything[key] for key in sorted(everything))
    )

    def again() -> Candidate:
        found = known.registry.account(account_id)
        return _candidate(files, account_number, account_id, before=found, known=known, names=names)

    return Candidate(
        entity="account",
        entity_id=account_id,
        before=before,
        after=after,
        change=Change(before, after),
        outcomes=outcomes,
        again=again,  # averages are frozen and events recorded at any time
    )


def _account(row: Row, account_id: AccountId, known: Known, names: Pseudonyms) -> Account:
    person_id = names.person_id(number(row, "person"))
    known.require(row, "person", found=person_id in known.persons, file="persons.csv")
    account = account_of(row, account_id=account_id, person_id=person_id)
    known.require(row, "cycle", found=account.cycle in known.cycles, file="cycles.csv")
    return account


def _by_agreement(files: _Files, account_number: str) -> dict[str, AgreementRows]:
    found: dict[str, AgreementRows] = {}
    for row in files.agreements.rows.get(account_number, ()):
        found.setdefault(row.text("agreement"), AgreementRows()).own.append(row)
    for row in files.links.rows.get(account_number, ()):
        reference = row.text("agreement")
        if reference not in found:
            mend = "put the agreement's rows in agreements.csv beside its links"
            raise row.refused("agreement", f"agreements.csv has no {reference!r} of this account", mend)
        found[reference].links.append(row)
    return found


def _with_unnamed_determinants(
    agreement: ServiceAgreement, stored: ServiceAgreement | None, rows: AgreementRows
) -> ServiceAgreement:
    """The agreement with what is stored of determinants for which the file has no column.

    Averages are frozen by their yearly job and stand in no file: loading one must not lose them.
    """
    if stored is None:
        return agreement
    columns = rows.own[0].cells
    kept = {
        name: history
        for name, history in stored.determinants.items()
        if f"{DETERMINANT}{name}" not in columns
    }
    return replace(agreement, determinants=dict(sorted({**kept, **agreement.determinants}.items())))


def _agreement(
    rows: AgreementRows, account_id: AccountId, agreement_id: AgreementId, known: Known
) -> ServiceAgreement:
    agreement = agreement_of(rows, account_id=account_id, agreement_id=agreement_id)
    for row in (*rows.own, *rows.links):
        if point := row.cells.get("service_point"):
            known.require(
                row, "service_point", found=ServicePointId(point) in known.points, file="service_points.csv"
            )
    return agreement
