"""An account together with everything it is supplied with: the aggregate that is written and billed whole."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.customers.person import Account
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import ServicePointId
from chalicelib.domain.premises.service_agreement import ServiceAgreement


class AgreementOfAnotherAccount(Refusal):
    """An agreement was put to an account it does not name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWithAgreements:
    """One account and its service agreements, running and ended, in order of their ids."""

    account: Account
    agreements: tuple[ServiceAgreement, ...] = ()

    def __post_init__(self) -> None:
        for agreement in self.agreements:
            if agreement.account_id != self.account.account_id:
                raise AgreementOfAnotherAccount(
                    f"agreement {agreement.agreement_id} names account {agreement.account_id}, "
                    f"not {self.account.account_id}",
                    agreement_id=agreement.agreement_id,
                    account_id=self.account.account_id,
                )

    @property
    def service_point_ids(self) -> frozenset[ServicePointId]:
        """Every service point that any agreement was ever linked to."""
        return frozenset(link.service_point_id for agreement in self.agreements for link in agreement.links)
