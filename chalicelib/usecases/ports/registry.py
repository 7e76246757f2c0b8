"""Port: the registry of accounts, agreements, premises, service points, persons and cycles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.customers.person import Account
from chalicelib.domain.customers.sealed_person import SealedPerson, SearchToken
from chalicelib.domain.customers.user import User
from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import (
    AccountId,
    AgreementId,
    CycleCode,
    Month,
    PersonId,
    PremiseId,
    RegisterId,
    ServicePointId,
    Shard,
    UserId,
)
from chalicelib.domain.kernel.personal import Retention
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.bill_cycle import BillCycle, Route, Schedule
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.premises.service_point import MeterPlacement, Premise, ServicePoint
from chalicelib.domain.utility.profile import UtilityProfile

Registered = (
    BillCycle
    | Route
    | Schedule
    | BusinessCalendar
    | Premise
    | ServicePoint
    | MeterPlacement
    | SealedPerson
    | User
    | AccountWithAgreements
    | UtilityProfile
)
LARGEST_BATCH = 100  # pieces that one transaction takes


class AccountUnknown(Refusal):
    """No account has this id."""


class CycleUnknown(Refusal):
    """No bill cycle has this code."""


class ScheduleUnknown(Refusal):
    """A cycle has no schedule for a period."""


class PersonUnknown(Refusal):
    """No person has this id."""


class UtilityUnknown(Refusal):
    """The utility has not said who it is."""


class RegisterUnknown(Refusal):
    """No meter has a register of this id."""


class BatchTooLarge(Refusal):
    """More was to be saved at once than one transaction takes."""


class AccountNumberTaken(Refusal):
    """The utility's number already belongs to another account."""


class PersonKeysChanged(Refusal):
    """A person's data keys are not those that are stored: erased meanwhile, or made twice at once."""


class UserOfAnotherPerson(Refusal):
    """A sign-in already acts for another person."""


class AgreementChangedMeanwhile(Refusal):
    """An agreement is not stored as it was read. Read it again and decide anew."""


class AgreementChange(NamedTuple):
    """An agreement as it was read, and as it is to be."""

    before: ServiceAgreement
    after: ServiceAgreement


class AccountsOfPerson(NamedTuple):
    """Some of a person's accounts, in order of id; the rest come after `go_on_after` (None: that is all)."""

    accounts: tuple[Account, ...]
    go_on_after: AccountId | None


def account_unknown(account_id: AccountId) -> AccountUnknown:
    """What every store says of an account it does not have."""
    return AccountUnknown(f"no account has the number or id {account_id}: check it", account_id=account_id)


def cycle_unknown(code: CycleCode) -> CycleUnknown:
    """What every store says of a cycle it does not have."""
    return CycleUnknown(f"no bill cycle has the code {code!r}: load cycles.csv first", cycle=code)


def schedule_unknown(*, cycle: CycleCode, period: Month) -> ScheduleUnknown:
    """What every store says of a schedule it does not have."""
    return ScheduleUnknown(
        f"cycle {cycle} has no schedule for {period}: load one from schedules.csv", cycle=cycle, period=period
    )


def person_unknown(person_id: PersonId) -> PersonUnknown:
    """What is said of a person that is not stored."""
    return PersonUnknown(f"no person has the id {person_id}: load persons.csv", person_id=person_id)


def utility_unknown() -> UtilityUnknown:
    """What every store says before a profile was published."""
    return UtilityUnknown(
        "the utility has no profile yet: publish one with `headgate utility publish FILE` (docs/utility.md)"
    )


def register_unknown(register_id: RegisterId) -> RegisterUnknown:
    """What every store says of a register it does not have."""
    return RegisterUnknown(f"no meter has the register {register_id}", register_id=register_id)


def account_number_taken(number: str) -> AccountNumberTaken:
    """What every store says to a second account of the same number."""
    return AccountNumberTaken(f"account number {number} already belongs to another account", number=number)


def person_keys_changed(person_id: PersonId) -> PersonKeysChanged:
    """What every store says to a person sealed under keys that are not the stored ones."""
    return PersonKeysChanged(
        f"the keys of person {person_id} are not the stored ones: erased or loaded meanwhile",
        person_id=person_id,
    )


def user_of_another_person(user_id: UserId) -> UserOfAnotherPerson:
    """What every store says to a sign-in that is to act for a second person."""
    return UserOfAnotherPerson(
        f"sign-in {user_id} already acts for another person: remove it first, or use another e-mail address",
        user_id=user_id,
    )


def agreement_changed(agreement_id: AgreementId) -> AgreementChangedMeanwhile:
    """What every store says to a change made of a state that no longer stands."""
    return AgreementChangedMeanwhile(
        f"agreement {agreement_id} was changed by somebody else: read it again", agreement_id=agreement_id
    )


def check_size(batch: RegistryBatch) -> None:
    """Raise BatchTooLarge unless one transaction takes the whole batch."""
    require_fits(sum(map(pieces, batch.things)) + len(batch.entries))


def require_fits(size: int) -> None:
    """Raise BatchTooLarge for more pieces than LARGEST_BATCH."""
    if size > LARGEST_BATCH:
        raise BatchTooLarge(
            f"{size} pieces do not fit in a batch of {LARGEST_BATCH}: save fewer", pieces=size
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryBatch:
    """Things saved all or none, together with the audit entries that tell of them."""

    things: tuple[Registered, ...]
    entries: tuple[AuditEntry, ...] = ()


def pieces(thing: Registered) -> int:
    """How many of a batch's LARGEST_BATCH pieces a thing takes at most (an audit entry takes one)."""
    match thing:
        case AccountWithAgreements():
            return 4 + len(thing.agreements)
        case SealedPerson():
            return 2 + 2 * len(thing.tokens)  # tokens that no longer hold are deleted
        case BillCycle() | User():
            return 2
        case _:
            return 1


class RegistryStore(Protocol):
    """What the utility knows of whom it supplies. Reads are consistent: they see what `save` acknowledged."""

    # What a bill run reads, shard by shard.

    def shards_of_cycle(self, cycle: CycleCode) -> list[Shard]:
        """The shards that hold accounts of a cycle, in order; also those from which some have moved away.

        A shard may hold accounts of other cycles too: compare `account.cycle`. Empty for an unknown cycle.
        """

    def accounts_of_shard(self, shard: Shard) -> list[AccountWithAgreements]:
        """All accounts of a shard with all their agreements, in order of account id. Empty if unknown."""

    def service_points(self, ids: Iterable[ServicePointId]) -> Mapping[ServicePointId, ServicePoint]:
        """Service points with their meter histories; ids that are unknown are missing from the result."""

    def schedule(self, *, cycle: CycleCode, period: Month) -> Schedule:
        """The dates of a cycle's period. Raises ScheduleUnknown."""

    def schedules(self, cycle: CycleCode) -> list[Schedule]:
        """All schedules of a cycle, in order of period. Empty for an unknown cycle."""

    # Finding one thing.

    def cycle(self, code: CycleCode) -> BillCycle:
        """A bill cycle with its routes in order. Raises CycleUnknown."""

    def cycles(self) -> list[BillCycle]:
        """All bill cycles with their routes, in order of code."""

    def routes(self, cycle: CycleCode) -> list[Route]:
        """The routes of a cycle, in order of position."""

    def calendar(self) -> BusinessCalendar:
        """The utility's business days; weekends only while none was saved."""

    def utility(self) -> UtilityProfile:
        """The utility's profile. Raises UtilityUnknown."""

    def account(self, account_id: AccountId) -> AccountWithAgreements:
        """One account with its agreements. Raises AccountUnknown."""

    def find_account(self, number: str) -> AccountId | None:
        """The account with the utility's number, or None."""

    def find_accounts(self, numbers: Iterable[str]) -> Mapping[str, AccountId]:
        """Accounts by the utility's number; unknown numbers are missing from the result."""

    def premises(self, ids: Iterable[PremiseId]) -> Mapping[PremiseId, Premise]:
        """Premises; unknown ids are missing from the result."""

    # Meters and registers, as imports of reads need them.

    def find_meters(self, numbers: Iterable[str]) -> Mapping[str, MeterPlacement]:
        """Meters by the number on them, with their registers by position; unknown ones are missing."""

    def find_register(self, *, meter_number: str, position: str = "0") -> RegisterId | None:
        """The register at a position of a meter, or None."""

    def service_point_of_register(self, register_id: RegisterId) -> ServicePointId:
        """The service point where a register's meter hangs, or hung last. Raises RegisterUnknown."""

    # Persons, sealed.

    def persons(self, ids: Iterable[PersonId]) -> Mapping[PersonId, SealedPerson]:
        """Sealed persons; unknown ids are missing from the result."""

    def find_persons(self, token: SearchToken, *, limit: int) -> list[PersonId]:
        """Persons who carry a token, at most `limit`. An empty `token.word` finds by prefix."""

    def erase_keys(self, person_id: PersonId, *, retention: Retention, entry: AuditEntry) -> None:
        """Delete a wrapped data key and the person's search tokens for good. Repeating changes nothing."""

    # Users, and what they reach.

    def user(self, user_id: UserId) -> User | None:
        """The user who signs in under the pool's `sub`, or None."""

    def users_of_person(self, person_id: PersonId) -> list[User]:
        """Everyone who may sign in for a person, in order of id."""

    def accounts_of_person(
        self, person_id: PersonId, *, after: AccountId | None = None, limit: int
    ) -> AccountsOfPerson:
        """The accounts that name a person, in order of id, from the one that follows `after`.

        An account that has passed to somebody else is left out. At most `limit` are looked at, so that a page
        may hold fewer and yet not be the last.
        """

    def remove_user(self, user_id: UserId, *, entry: AuditEntry) -> None:
        """Let a user reach nothing any more. Repeating changes nothing."""

    # Writing.

    def save(self, batch: RegistryBatch) -> None:
        """Save everything in a batch or nothing; what is stored already is replaced whole.

        An account brings its number, its place among its cycle's shards and its place among its person's
        accounts; agreements that are stored but not in the AccountWithAgreements stay. A cycle's `routes` are
        not saved with it: they are Routes of their own. Meters are found by their MeterPlacement, saved
        beside the service points. Raises BatchTooLarge when the pieces exceed LARGEST_BATCH,
        AccountNumberTaken, PersonKeysChanged and UserOfAnotherPerson.
        """

    def save_many(self, batches: Iterable[RegistryBatch]) -> Iterator[RegistryBatch]:
        """Save batches, several at a time and in no fixed order; yields each one when it is saved.

        Each batch is saved as by `save`. Raises what `save` raises; batches before may then be saved or not.
        """

    def change_agreements(self, changes: Sequence[AgreementChange], *, entry: AuditEntry) -> None:
        """Store changed agreements with one entry, all or none, each only if it is stored as it was read.

        Raises AgreementChangedMeanwhile, and BatchTooLarge for LARGEST_BATCH changes or more.
        """


def in_batches(things: Iterable[Registered]) -> Iterator[RegistryBatch]:
    """Pack things into as few batches as fit, as `merged` does."""
    return merged(RegistryBatch(things=(thing,)) for thing in things)


def merged(batches: Iterable[RegistryBatch]) -> Iterator[RegistryBatch]:
    """Pack small batches into as few as fit, none cut apart; each leaves a piece for an entry."""
    things: list[Registered] = []
    entries: list[AuditEntry] = []
    weight = 1
    for batch in batches:
        its_weight = sum(map(pieces, batch.things)) + len(batch.entries)
        if things and weight + its_weight > LARGEST_BATCH:
            yield RegistryBatch(things=tuple(things), entries=tuple(entries))
            things, entries, weight = [], [], 1
        things.extend(batch.things)
        entries.extend(batch.entries)
        weight += its_weight
    if things:
        yield RegistryBatch(things=tuple(things), entries=tuple(entries))
