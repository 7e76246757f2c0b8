"""Show an account as its customer sees it: what is owed, what is due when, where water comes in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from chalicelib.domain.customers.person import Address
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.usecases.ports.registry import RegistryStore
from chalicelib.usecases.read_shard_state import LedgerReader


class DueAmount(NamedTuple):
    """What is still open of all that is due on one day, in minor units."""

    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOverview:
    """An account on a day. `balance_minor` is negative when the utility owes; `dues` are in order of day.

    `agreements` are those that run, or all of them when none does any more.
    """

    balance_minor: int
    past_due_minor: int
    dues: tuple[DueAmount, ...]
    agreements: tuple[ServiceAgreement, ...]
    service_addresses: tuple[Address, ...]


def show_account(
    whole: AccountWithAgreements, *, reader: LedgerReader, registry: RegistryStore, today: date
) -> AccountOverview:
    """The account as of `today`, from the last snapshot and what was posted since."""
    state = reader.account_state(whole.account.account_id)
    dues: dict[date, int] = {}
    for item in state.open_items:
        dues[item.due_on] = dues.get(item.due_on, 0) + item.open_minor
    running = tuple(one for one in whole.agreements if one.end is None or today < one.end)
    return AccountOverview(
        balance_minor=state.balance_minor,
        past_due_minor=state.past_due_minor(today),
        dues=tuple(DueAmount(day, amount) for day, amount in sorted(dues.items())),
        agreements=running or whole.agreements,
        service_addresses=_addresses(running or whole.agreements, registry),
    )


def _addresses(agreements: tuple[ServiceAgreement, ...], registry: RegistryStore) -> tuple[Address, ...]:
    """Where the agreements are supplied now, each place once."""
    ids = [link.service_point_id for one in agreements for link in one.links if link.end is None]
    points = registry.service_points(ids)
    places = dict.fromkeys(points[one].premise_id for one in ids if one in points)
    premises = registry.premises(places)
    return tuple(premises[place].address for place in places if place in premises)
