"""The registry in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from threading import Lock
from typing import TypeVar

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.customers.person import Account
from chalicelib.domain.customers.sealed_person import SealedPerson, SearchToken, without_key
from chalicelib.domain.customers.user import User
from chalicelib.domain.kernel.calendar import BusinessCalendar
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
    shard_of,
)
from chalicelib.domain.kernel.personal import Retention
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.bill_cycle import BillCycle, Route, Schedule
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.premises.service_point import MeterPlacement, Premise, ServicePoint, meter_of
from chalicelib.domain.utility.profile import UtilityProfile
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.usecases.ports.registered import Part, as_kept, described
from chalicelib.usecases.ports.registry import (
    AccountsOfPerson,
    ChangedMeanwhile,
    PartChange,
    RegistryBatch,
    Saving,
    account_number_taken,
    account_unknown,
    changed_meanwhile,
    cycle_unknown,
    person_keys_changed,
    register_unknown,
    schedule_unknown,
    user_of_another_person,
    utility_unknown,
)

K = TypeVar("K")
V = TypeVar("V")


class MemoryRegistryStore:
    """RegistryStore in dicts. Audit entries go to `audit`."""

    def __init__(self, audit: MemoryAuditStore | None = None) -> None:
        self.audit = audit or MemoryAuditStore()
        self._lock = Lock()
        self._stored: dict[str, Part | None] = {}
        self._accounts: dict[Shard, dict[AccountId, AccountWithAgreements]] = {}
        self._numbers: dict[str, AccountId] = {}
        self._shards: dict[CycleCode, set[Shard]] = {}
        self._cycles: dict[CycleCode, BillCycle] = {}
        self._routes: dict[tuple[CycleCode, str], Route] = {}
        self._schedules: dict[tuple[CycleCode, Month], Schedule] = {}
        self._calendar = BusinessCalendar()
        self._utility: UtilityProfile | None = None
        self._premises: dict[PremiseId, Premise] = {}
        self._points: dict[ServicePointId, ServicePoint] = {}
        self._meters: dict[str, MeterPlacement] = {}
        self._persons: dict[PersonId, SealedPerson] = {}
        self._users: dict[UserId, User] = {}
        self._accounts_of: dict[PersonId, set[AccountId]] = {}

    # What a bill run reads

    def shards_of_cycle(self, cycle: CycleCode) -> list[Shard]:
        """See RegistryStore."""
        return sorted(self._shards.get(cycle, ()))

    def accounts_of_shard(self, shard: Shard) -> list[AccountWithAgreements]:
        """See RegistryStore."""
        found = self._accounts.get(shard, {})
        return [found[account_id] for account_id in sorted(found)]

    def service_points(self, ids: Iterable[ServicePointId]) -> Mapping[ServicePointId, ServicePoint]:
        """See RegistryStore."""
        return _known(self._points, ids)

    def schedule(self, *, cycle: CycleCode, period: Month) -> Schedule:
        """See RegistryStore."""
        if (cycle, period) not in self._schedules:
            raise schedule_unknown(cycle=cycle, period=period)
        return self._schedules[cycle, period]

    def schedules(self, cycle: CycleCode) -> list[Schedule]:
        """See RegistryStore."""
        return [self._schedules[key] for key in sorted(self._schedules) if key[0] == cycle]

    # Finding one thing

    def cycle(self, code: CycleCode) -> BillCycle:
        """See RegistryStore."""
        if code not in self._cycles:
            raise cycle_unknown(code)
        return replace(self._cycles[code], routes=tuple(route.code for route in self.routes(code)))

    def cycles(self) -> list[BillCycle]:
        """See RegistryStore."""
        return [self.cycle(code) for code in sorted(self._cycles)]

    def routes(self, cycle: CycleCode) -> list[Route]:
        """See RegistryStore."""
        found = [route for route in self._routes.values() if route.cycle == cycle]
        return sorted(found, key=lambda route: (route.position, route.code))

    def calendar(self) -> BusinessCalendar:
        """See RegistryStore."""
        return self._calendar

    def utility(self) -> UtilityProfile:
        """See RegistryStore."""
        if self._utility is None:
            raise utility_unknown()
        return self._utility

    def account(self, account_id: AccountId) -> AccountWithAgreements:
        """See RegistryStore."""
        found = self._accounts.get(shard_of(account_id), {}).get(account_id)
        if found is None:
            raise account_unknown(account_id)
        return found

    def find_account(self, number: str) -> AccountId | None:
        """See RegistryStore."""
        return self._numbers.get(number)

    def find_accounts(self, numbers: Iterable[str]) -> Mapping[str, AccountId]:
        """See RegistryStore."""
        return _known(self._numbers, numbers)

    def premises(self, ids: Iterable[PremiseId]) -> Mapping[PremiseId, Premise]:
        """See RegistryStore."""
        return _known(self._premises, ids)

    # Meters and registers

    def find_meters(self, numbers: Iterable[str]) -> Mapping[str, MeterPlacement]:
        """See RegistryStore."""
        return _known(self._meters, numbers)

    def find_register(self, *, meter_number: str, position: str = "0") -> RegisterId | None:
        """See RegistryStore."""
        placement = self._meters.get(meter_number)
        return placement.registers.get(position) if placement else None

    def service_point_of_register(self, register_id: RegisterId) -> ServicePointId:
        """See RegistryStore."""
        placement = self._meters.get(meter_of(register_id))
        if placement is None or register_id not in placement.registers.values():
            raise register_unknown(register_id)
        return placement.service_point_ids[-1]

    # Persons

    def persons(self, ids: Iterable[PersonId]) -> Mapping[PersonId, SealedPerson]:
        """See RegistryStore."""
        return _known(self._persons, ids)

    def find_persons(self, token: SearchToken, *, limit: int) -> list[PersonId]:
        """See RegistryStore."""
        found = sorted(
            (held.word, person.person_id)
            for person in self._persons.values()
            for held in person.tokens
            if held.prefix == token.prefix and token.word in ("", held.word)
        )
        return [person_id for _, person_id in found[:limit]]

    def erase_keys(self, person_id: PersonId, *, retention: Retention, entry: AuditEntry) -> None:
        """See RegistryStore."""
        with self._lock:
            person = self._persons.get(person_id)
            if person is not None and retention in person.keys:
                self.audit.add(entry)
                self._put(without_key(person, retention))

    # Users

    def user(self, user_id: UserId) -> User | None:
        """See RegistryStore."""
        return self._users.get(user_id)

    def users_of_person(self, person_id: PersonId) -> list[User]:
        """See RegistryStore."""
        return [self._users[key] for key in sorted(self._users) if self._users[key].person_id == person_id]

    def accounts_of_person(
        self, person_id: PersonId, *, after: AccountId | None = None, limit: int
    ) -> AccountsOfPerson:
        """See RegistryStore."""
        ids = [one for one in sorted(self._accounts_of.get(person_id, ())) if after is None or one > after]
        accounts = (self.account(one).account for one in ids[:limit])
        own = tuple(account for account in accounts if account.person_id == person_id)
        return AccountsOfPerson(own, ids[limit - 1] if len(ids) > limit else None)

    def remove_user(self, user_id: UserId, *, entry: AuditEntry) -> None:
        """See RegistryStore."""
        with self._lock:
            if user_id in self._users:
                self.audit.add(entry)
                del self._users[user_id]

    # Writing

    def save(self, batch: RegistryBatch) -> None:
        """See RegistryStore."""
        batch.require_fits()
        parts = list(batch.parts())
        with self._lock:
            for part in parts:
                self._check(part)
            for entry in batch.entries:
                self.audit.add(entry)
            for part in parts:
                self._put(part.after)

    def save_many(self, batches: Iterable[RegistryBatch]) -> Iterator[Saving]:
        """See RegistryStore."""
        for batch in batches:
            try:
                self.save(batch)
            except ChangedMeanwhile as refused:
                yield Saving(batch, refused)
            else:
                yield Saving(batch, None)

    def _check(self, part: PartChange) -> None:
        match part.after:
            case Account(number=number, account_id=account_id):
                if self._numbers.get(number, account_id) != account_id:
                    raise account_number_taken(number)
            case User() as user:
                if self._users.get(user.user_id, user).person_id != user.person_id:
                    raise user_of_another_person(user.user_id)
                return
            case SealedPerson() as person:
                stored = self._persons.get(person.person_id)
                if stored is not None and stored.keys != person.keys:
                    raise person_keys_changed(person.person_id)
        if self._stored.get(described(part.after)) not in map(as_kept, part):
            raise changed_meanwhile(part.after)

    def _put(self, thing: Part) -> None:
        self._stored[described(thing)] = as_kept(thing)
        match thing:
            case Account() | ServiceAgreement():
                self._put_account(thing)
            case SealedPerson():
                self._persons[thing.person_id] = thing
            case User():
                self._users[thing.user_id] = thing
            case BillCycle():
                self._cycles[thing.code] = replace(thing, routes=())
            case Route():
                self._routes[thing.cycle, thing.code] = thing
            case Schedule():
                self._schedules[thing.cycle, thing.period] = thing
            case BusinessCalendar():
                self._calendar = thing
            case UtilityProfile():
                self._utility = thing
            case Premise():
                self._premises[thing.premise_id] = thing
            case ServicePoint():
                self._points[thing.service_point_id] = thing
            case MeterPlacement():
                self._meters[thing.meter_id] = thing

    def _put_account(self, part: Account | ServiceAgreement) -> None:
        in_shard = self._accounts.setdefault(shard_of(part.account_id), {})
        whole = in_shard.get(part.account_id)
        if isinstance(part, ServiceAgreement):
            assert whole is not None, "an account is saved before its agreements"
            others = (one for one in whole.agreements if one.agreement_id != part.agreement_id)
            agreements = sorted((*others, part), key=lambda one: one.agreement_id)
            in_shard[part.account_id] = replace(whole, agreements=tuple(agreements))
            return
        in_shard[part.account_id] = AccountWithAgreements(
            account=part, agreements=whole.agreements if whole else ()
        )
        self._numbers[part.number] = part.account_id
        self._accounts_of.setdefault(part.person_id, set()).add(part.account_id)
        self._shards.setdefault(part.cycle, set()).add(shard_of(part.account_id))


def _known(values: Mapping[K, V], keys: Iterable[K]) -> dict[K, V]:
    return {key: values[key] for key in keys if key in values}
