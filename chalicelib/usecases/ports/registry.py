"""Port: the registry of accounts, agreements, premises, service points, persons and cycles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.customers.person import Account
from chalicelib.domain.customers.sealed_person import SealedPerson, SearchToken
from chalicelib.domain.customers.user import User
from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import (
    AccountId,
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
from chalicelib.domain.premises.service_point import MeterPlacement, Premise, ServicePoint
from chalicelib.domain.utility.profile import UtilityProfile
from chalicelib.usecases.ports.registered import Part, Registered, described, pieces

T = TypeVar("T")
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


class ChangedMeanwhile(Refusal):
    """A thing is not stored as it was read. Read it again and decide anew."""


class Change(NamedTuple):
    """A thing as it was read (None: there was none), and as it is to be."""

    before: Registered | None
    after: Registered


class PartChange(NamedTuple):
    """A change of what is stored for itself."""

    before: Part | None
    after: Part


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


def changed_meanwhile(part: Part) -> ChangedMeanwhile:
    """What every store says to a change made of a state that no longer stands."""
    name = described(part)
    return ChangedMeanwhile(
        f"{name} was changed by somebody else since it was read, and stays as it is: do it again", thing=name
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryBatch:
    """Things saved all or none, together with the audit entries that tell of them.

    `things` are new: nothing else may be stored in their place. `changes` replace what they were read as.
    """

    things: tuple[Registered, ...] = ()
    changes: tuple[Change, ...] = ()
    entries: tuple[AuditEntry, ...] = ()

    def parts(self) -> Iterator[PartChange]:
        """All that is to be written, in parts that are stored, and change, each for itself.

        An account and its agreements are parts of their own. Those that stay as they are are left out, so
        that it does not matter who changes them meanwhile.
        """
        for before, after in (*(Change(None, thing) for thing in self.things), *self.changes):
            if not isinstance(after, AccountWithAgreements):
                assert not isinstance(before, AccountWithAgreements), "a thing stays what it is"
                yield PartChange(before, after)
                continue
            read: dict[str, Part] = {}
            if isinstance(before, AccountWithAgreements):
                read = {described(part): part for part in _parts_of(before)}
            for part in _parts_of(after):
                if read.get(described(part)) != part:
                    yield PartChange(read.get(described(part)), part)

    @property
    def pieces(self) -> int:
        """How many of LARGEST_BATCH pieces the batch takes at most."""
        return sum(map(pieces, self.things)) + sum(map(weight, self.changes)) + len(self.entries)

    def require_fits(self) -> None:
        """Raise BatchTooLarge unless one transaction takes the whole batch."""
        if self.pieces > LARGEST_BATCH:
            raise BatchTooLarge(
                f"{self.pieces} pieces do not fit in a batch of {LARGEST_BATCH}: save fewer",
                pieces=self.pieces,
            )


class Saving(NamedTuple):
    """What became of a batch: saved, or `refused` whole because somebody else was faster."""

    batch: RegistryBatch
    refused: ChangedMeanwhile | None


def _parts_of(whole: AccountWithAgreements) -> Iterator[Part]:
    yield whole.account
    yield from whole.agreements


def weight(change: Change) -> int:
    """How many of a batch's pieces a change takes at most; a person's tokens that are gone are deleted."""
    gone = len(change.before.tokens) if isinstance(change.before, SealedPerson) else 0
    return pieces(change.after) + gone


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
        """Save everything in a batch or nothing, each thing only if it is stored as it was read.

        A thing that is stored as it is to be counts as saved, so that repeating a batch changes nothing. An
        account brings its number, its place among its cycle's shards and its place among its person's
        accounts; agreements that are stored but not in the AccountWithAgreements stay. A cycle's `routes` are
        not saved with it: they are Routes of their own. Meters are found by their MeterPlacement, saved
        beside the service points. Raises ChangedMeanwhile; BatchTooLarge when the pieces exceed
        LARGEST_BATCH; AccountNumberTaken, PersonKeysChanged and UserOfAnotherPerson.
        """

    def save_many(self, batches: Iterable[RegistryBatch]) -> Iterator[Saving]:
        """Save batches as `save` does, several at a time; tells of each in turn what became of it.

        A batch that is refused by ChangedMeanwhile stops no other. Raises what else `save` raises; batches
        before may then be saved or not.
        """


def save_all(registry: RegistryStore, things: Iterable[Registered]) -> None:
    """Save new things, many at a time. Raises what RegistryStore.save raises."""
    for _, refused in registry.save_many(in_batches(things)):
        if refused is not None:
            raise refused


def in_batches(things: Iterable[Registered]) -> Iterator[RegistryBatch]:
    """Pack new things into as few batches as fit; each leaves a piece for an entry."""
    return (RegistryBatch(things=tuple(some)) for some in packed(things, pieces))


def packed(values: Iterable[T], weigh: Callable[[T], int]) -> Iterator[list[T]]:
    """Values by as few lists as make a batch each, one piece kept free for an entry."""
    some: list[T] = []
    weight = 1
    for value in values:
        its_weight = weigh(value)
        if some and weight + its_weight > LARGEST_BATCH:
            yield some
            some, weight = [], 1
        some.append(value)
        weight += its_weight
    if some:
        yield some
