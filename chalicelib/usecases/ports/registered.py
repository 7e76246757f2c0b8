"""What the registry keeps: each kind of thing, its name for people, and how large it is when it is saved."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.customers.person import Account
from chalicelib.domain.customers.sealed_person import SealedPerson
from chalicelib.domain.customers.user import User
from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.bill_cycle import BillCycle, Route, Schedule
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.premises.service_point import MeterPlacement, Premise, ServicePoint
from chalicelib.domain.utility.profile import UtilityProfile

Part = (
    BillCycle
    | Route
    | Schedule
    | BusinessCalendar
    | Premise
    | ServicePoint
    | MeterPlacement
    | SealedPerson
    | User
    | Account
    | ServiceAgreement
    | UtilityProfile
)
"""What is stored, and changes, for itself."""

Registered = Part | AccountWithAgreements


_NAMES: dict[type, str] = {
    BillCycle: "cycle {0.code}",
    Route: "route {0.code} of cycle {0.cycle}",
    Schedule: "schedule {0.period} of cycle {0.cycle}",
    BusinessCalendar: "the business calendar",
    Premise: "premise {0.premise_id}",
    ServicePoint: "service point {0.service_point_id}",
    MeterPlacement: "meter {0.meter_id}",
    SealedPerson: "person {0.person_id}",
    User: "sign-in {0.user_id}",
    AccountWithAgreements: "account {0.account.account_id}",
    Account: "account {0.account_id}",
    ServiceAgreement: "agreement {0.agreement_id} of account {0.account_id}",
    UtilityProfile: "the profile of the utility",
}


def described(thing: Registered) -> str:
    """Which thing it is, for people."""
    return _NAMES[type(thing)].format(thing)


def as_kept(part: Part | None) -> Part | None:
    """What is kept of it: a cycle's routes are things of their own; weekends alone are no calendar."""
    if isinstance(part, BillCycle):
        return replace(part, routes=())
    return None if part == BusinessCalendar() else part


def pieces(thing: Registered) -> int:
    """How many of a batch's pieces a thing takes at most (an audit entry takes one)."""
    match thing:
        case AccountWithAgreements():
            return 4 + len(thing.agreements)
        case Account():
            return 4
        case SealedPerson():
            return 2 + len(thing.tokens)
        case BillCycle() | User():
            return 2
        case _:
            return 1
