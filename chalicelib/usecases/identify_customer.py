"""Who a sign-in acts for, and what is theirs: the two questions every request of a customer begins with."""

from __future__ import annotations

import re

from chalicelib.domain.customers.user import User
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, PersonId, UserId
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.usecases.ports.registry import RegistryStore, account_unknown

_ACCOUNT_ID = re.compile(r"[\w.]{1,40}-\w{1,40}", re.ASCII)


class UserNotTied(Refusal):
    """A sign-in is genuine and acts for no customer."""


def customer_of(user_id: UserId, *, registry: RegistryStore) -> User:
    """The user behind a sign-in. Raises UserNotTied."""
    user = registry.user(user_id)
    if user is None:
        raise UserNotTied(
            f"sign-in {user_id} acts for no customer: `headgate user add` ties it to one", user_id=user_id
        )
    return user


def own_account(
    account_id: AccountId, *, person_id: PersonId, registry: RegistryStore
) -> AccountWithAgreements:
    """An account that names the person now. Raises AccountUnknown, for somebody else's as for none at all.

    The account itself is asked, never the list of a person's accounts: that one may be out of date.
    """
    if not _ACCOUNT_ID.fullmatch(account_id):
        raise account_unknown(account_id)
    whole = registry.account(account_id)
    if whole.account.person_id != person_id:
        raise account_unknown(account_id)
    return whole
