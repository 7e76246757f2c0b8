"""Make the document of a posted bill: for one account on demand, or for a whole shard of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from chalicelib.domain.billing.bill import Bill, BillKind
from chalicelib.domain.billing.run import Stage
from chalicelib.domain.customers.person import Address, Person
from chalicelib.domain.documents.balance import statement_of
from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.documents.bill_numbers import month_of_bill
from chalicelib.domain.documents.comparison import Rates
from chalicelib.domain.documents.compose import Known, compose_bill
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId, BillId, Month, PersonId, RunId, Shard
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.service_agreement import LinkRole
from chalicelib.domain.utility.profile import UtilityProfile
from chalicelib.usecases.find_inputs import InputsNotKept, KeptInputs, find_inputs, inputs_of
from chalicelib.usecases.ports.identity import Sealing
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.registry import RegistryStore, person_unknown
from chalicelib.usecases.ports.run_artefacts import RunArtefacts
from chalicelib.usecases.read_shard_state import LedgerReader

# The same month a year ago, and two months of slack for bills that were late.
_MONTHS_BACK = 14


class BillUnknown(Refusal):
    """An account has no bill of this id."""


@dataclass(frozen=True)
class DocumentDesk:
    """Where documents are made. The utility's profile is read once."""

    registry: RegistryStore
    ledger: LedgerReader
    operations: OperationsStore
    artefacts: RunArtefacts
    sealing: Sealing

    @cached_property
    def utility(self) -> UtilityProfile:
        """The profile that documents bear. Raises UtilityUnknown."""
        return self.registry.utility()

    def document(self, *, account_id: AccountId, bill_id: BillId) -> BillDocument:
        """The document of one bill, as things stand now.

        Raises AccountUnknown, BillUnknown, UtilityUnknown, PersonUnknown, SealBroken, ArtefactAltered.
        """
        account = self.registry.account(account_id)
        transactions = list(
            self.ledger.ledger.transactions_of_account(account_id, since=_since(account_id, bill_id))
        )
        bill = next((one.bill for one in transactions if one.bill and one.bill.bill_id == bill_id), None)
        if bill is None:
            raise bill_unknown(account_id, bill_id)
        return self._compose(
            bill,
            around=_Around.of([account], registry=self.registry, sealing=self.sealing),
            account=account,
            transactions=transactions,
            state=self.ledger.account_state(account_id),
            inputs=self._inputs(bill),
        )

    def documents_of_run(self, run_id: RunId, shard: Shard) -> Iterator[BillDocument]:
        """The documents of all bills that a run has posted in a shard, in order of account id.

        Everything is read once for the shard. Raises RunUnknown, UtilityUnknown, PersonUnknown, SealBroken,
        ArtefactMissing, ArtefactAltered.
        """
        run = self.operations.run(run_id)
        report = self.operations.chunk_report(run_id, Stage.POST, shard)
        if report is None or not report.is_done:
            return
        draft = self.artefacts.draft(report.artefact, sha256=report.sha256)
        inputs = inputs_of(draft, artefacts=self.artefacts)
        bills = {billed.bill.account_id: billed.bill for billed in draft.billed}
        accounts = [one for one in self.registry.accounts_of_shard(shard) if one.account.account_id in bills]
        around = _Around.of(accounts, registry=self.registry, sealing=self.sealing)
        states = self.ledger.shard_states(shard)
        since = run.dates.accounting_period.plus(-_MONTHS_BACK)
        by_account: dict[AccountId, list[FinancialTransaction]] = {}
        for one in self.ledger.ledger.transactions_of_shard(shard, since=since):
            by_account.setdefault(one.account_id, []).append(one)
        for account in accounts:
            account_id = account.account.account_id
            yield self._compose(
                bills[account_id],
                around=around,
                account=account,
                transactions=by_account.get(account_id, []),
                state=states[account_id],
                inputs=inputs,
            )

    def _inputs(self, bill: Bill) -> KeptInputs | None:
        try:
            return find_inputs(bill, operations=self.operations, artefacts=self.artefacts)
        except InputsNotKept:
            return None

    def _compose(
        self,
        bill: Bill,
        *,
        around: _Around,
        account: AccountWithAgreements,
        transactions: Sequence[FinancialTransaction],
        state: AccountState,
        inputs: KeptInputs | None,
    ) -> BillDocument:
        receivable = self.ledger.rules.chart.receivable
        statement = statement_of(
            bill.bill_id, transactions, balance_minor=state.balance_minor, receivable=receivable
        )
        if statement is None:
            raise bill_unknown(bill.account_id, bill.bill_id)
        return compose_bill(
            Known(
                utility=self.utility,
                account=account.account,
                person=around.person(account.account.person_id),
                agreements=account.agreements,
                addresses=around.addresses_of(account),
                transactions=transactions,
                statement=statement,
                receivable=receivable,
                rates=_rates(inputs, bill) if inputs else None,
                is_first=_is_first(bill, inputs),
            )
        )


@dataclass(frozen=True, slots=True)
class _Around:
    """Who the accounts belong to, and where they are supplied."""

    persons: Mapping[PersonId, Person]
    places: Mapping[str, Address]  # by service point

    @classmethod
    def of(
        cls, accounts: Iterable[AccountWithAgreements], *, registry: RegistryStore, sealing: Sealing
    ) -> _Around:
        found = list(accounts)
        sealed = registry.persons(dict.fromkeys(one.account.person_id for one in found))
        points = registry.service_points({point for one in found for point in one.service_point_ids})
        premises = registry.premises({point.premise_id for point in points.values()})
        return cls(
            persons={one.person.person_id: one.person for one in sealing.open_all(list(sealed.values()))},
            places={
                point_id: premises[point.premise_id].address
                for point_id, point in points.items()
                if point.premise_id in premises
            },
        )

    def person(self, person_id: PersonId) -> Person:
        if person_id not in self.persons:
            raise person_unknown(person_id)
        return self.persons[person_id]

    def addresses_of(self, account: AccountWithAgreements) -> dict[AgreementId, Address]:
        """Where each agreement is supplied; a flat one where all the others are, if that is one place."""
        found: dict[AgreementId, Address] = {}
        for agreement in account.agreements:
            linked = (
                self.places.get(link.service_point_id)
                for link in sorted(agreement.links, key=lambda link: link.start, reverse=True)
                if link.role is LinkRole.ADD
            )
            address = next((one for one in linked if one is not None), None)
            if address is not None:
                found[agreement.agreement_id] = address
        places = set(found.values())
        if len(places) == 1:
            (only,) = places
            return {agreement.agreement_id: only for agreement in account.agreements}
        return found


def bill_unknown(account_id: AccountId, bill_id: BillId) -> BillUnknown:
    """What is said of a bill that an account does not have."""
    return BillUnknown(
        f"account {account_id} has no bill {bill_id}: `headgate bill list {account_id}` shows what it has",
        account_id=account_id,
        bill_id=bill_id,
    )


def _since(account_id: AccountId, bill_id: BillId) -> Month:
    try:
        return month_of_bill(bill_id).plus(-_MONTHS_BACK)
    except Refusal:
        raise bill_unknown(account_id, bill_id) from None


def _rates(inputs: KeptInputs, bill: Bill) -> Rates:
    return Rates(
        agreements=inputs.account(bill.account_id).agreements,
        book=inputs.book,
        scheduled_days=inputs.chunk.terms.scheduled_days,
    )


def _is_first(bill: Bill, inputs: KeptInputs | None) -> bool:
    if inputs is None or bill.kind is BillKind.REBILL:
        return False
    account = inputs.account(bill.account_id)
    taken_over = any(agreement.billed_until for agreement in account.agreements)
    return not taken_over and not any(before.until for before in account.billed.values())
