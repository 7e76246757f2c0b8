"""What rows may refer to: things stored, and things of the same folder that were accepted before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from chalicelib.domain.kernel.ids import (
    AccountId,
    AgreementId,
    CycleCode,
    PersonId,
    PremiseId,
    ServicePointId,
)
from chalicelib.domain.kernel.rows import Row
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.bill_cycle import BillCycle
from chalicelib.usecases.ports.registry import RegistryStore


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAccount:
    """What other rows need to know of an account."""

    account_id: AccountId
    currency: str
    agreements: frozenset[AgreementId]

    @classmethod
    def of(cls, whole: AccountWithAgreements) -> KnownAccount:
        """The facts of an account."""
        return cls(
            account_id=whole.account.account_id,
            currency=whole.account.currency,
            agreements=frozenset(agreement.agreement_id for agreement in whole.agreements),
        )


@dataclass(slots=True)
class Known:
    """Accepted and stored things by id. `find_…` looks up in the registry what is not known yet."""

    registry: RegistryStore
    cycles: dict[CycleCode, BillCycle] = field(default_factory=dict)
    routes: set[str] = field(default_factory=set)
    persons: set[PersonId] = field(default_factory=set)
    premises: set[PremiseId] = field(default_factory=set)
    points: set[ServicePointId] = field(default_factory=set)
    accounts: dict[str, KnownAccount] = field(default_factory=dict)  # by number

    def find_persons(self, ids: Iterable[PersonId]) -> None:
        """Learn which of `ids` are stored."""
        self.persons |= set(self.registry.persons(set(ids) - self.persons))

    def find_premises(self, ids: Iterable[PremiseId]) -> None:
        """Learn which of `ids` are stored."""
        self.premises |= set(self.registry.premises(set(ids) - self.premises))

    def find_points(self, ids: Iterable[ServicePointId]) -> None:
        """Learn which of `ids` are stored."""
        self.points |= set(self.registry.service_points(set(ids) - self.points))

    def find_accounts(self, numbers: Iterable[str]) -> None:
        """Learn which of `numbers` are stored."""
        for number, account_id in self.registry.find_accounts(set(numbers) - set(self.accounts)).items():
            self.accounts[number] = KnownAccount.of(self.registry.account(account_id))

    def require(self, row: Row, column: str, *, found: bool, file: str) -> None:
        """Raise RowRefused unless what a cell refers to was found."""
        if not found:
            raise row.refused(
                column, f"{row.cells[column]!r} is not known, or was refused itself", f"add it to {file}"
            )
