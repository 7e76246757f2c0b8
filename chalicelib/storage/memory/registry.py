"""The registry in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import TypeVar

from chalicelib.domain.audit.entry import AuditEntry
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
from chalicelib.usecases.ports.registry import (
    AccountsOfPerson,
    AgreementChange,
    Registered,
    RegistryBatch,
    account_number_taken,
    account_unknown,
    agreement_changed,
    check_size,
    cycle_unknown,
    person_keys_changed,
    register_unknown,
    require_fits,
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
                self._persons[person_id] = without_key(person, retention)

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
        check_size(batch)
        with self._lock:
            for thing in batch.things:
                self._check(thing)
            for entry in batch.entries:
                self.audit.add(entry)
            for thing in batch.things:
                self._put(thing)

    def save_many(self, batches: Iterable[RegistryBatch]) -> Iterator[RegistryBatch]:
        """See RegistryStore."""
        for batch in batches:
            self.save(batch)
            yield batch

    def change_agreements(self, changes: Sequence[AgreementChange], *, entry: AuditEntry) -> None:
        """See RegistryStore."""
        require_fits(len(changes) + 1)
        with self._lock:
            for before, _ in changes:
                stored = self._accounts.get(shard_of(before.account_id), {}).get(before.account_id)
                if stored is None or before not in stored.agreements:
                    raise agreement_changed(before.agreement_id)
            self.audit.add(entry)
            for _, after in changes:
                in_shard = self._accounts[shard_of(after.account_id)]
                whole = in_shard[after.account_id]
                others = (one for one in whole.agreements if one.agreement_id != after.agreement_id)
                agreements = sorted((*others, after), key=lambda one: one.agreement_id)
                in_shard[after.account_id] = replace(whole, agreements=tuple(agreements))

    def _check(self, thing: Registered) -> None:
        match thing:
            case AccountWithAgreements():
                account = thing.account
                if self._numbers.get(account.number, account.account_id) != account.account_id:
                    raise account_number_taken(account.number)
            case User():
                if self._users.get(thing.user_id, thing).person_id != thing.person_id:
                    raise user_of_another_person(thing.user_id)
            case SealedPerson():
                stored = self._persons.get(thing.person_id)
                if stored is not None and stored.keys != thing.keys:
                    raise person_keys_changed(thing.person_id)

    def _put(self, thing: Registered) -> None:
        match thing:
            case AccountWithAgreements():
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

    def _put_account(self, whole: AccountWithAgreements) -> None:
        account = whole.account
        in_shard = self._accounts.setdefault(shard_of(account.account_id), {})
        before = in_shard.get(account.account_id)
        agreements: dict[str, ServiceAgreement] = {
            agreement.agreement_id: agreement
            for agreement in (*(before.agreements if before else ()), *whole.agreements)
        }
        kept = tuple(agreements[key] for key in sorted(agreements))
        in_shard[account.account_id] = replace(whole, agreements=kept)
        self._numbers[account.number] = account.account_id
        self._accounts_of.setdefault(account.person_id, set()).add(account.account_id)
        self._shards.setdefault(account.cycle, set()).add(shard_of(account.account_id))


def _known(values: Mapping[K, V], keys: Iterable[K]) -> dict[K, V]:
    return {key: values[key] for key in keys if key in values}
