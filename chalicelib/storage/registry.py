"""The registry in DynamoDB. One Query gives a shard's accounts; everything else is found by its own key."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.customers.person import Account
from chalicelib.domain.customers.sealed_person import SealedPerson, SearchToken, without_key
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
    shard_of,
)
from chalicelib.domain.kernel.personal import Retention
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.bill_cycle import BillCycle, Route, Schedule
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.premises.service_point import MeterPlacement, Premise, ServicePoint, meter_of
from chalicelib.domain.utility.profile import UtilityProfile
from chalicelib.storage.audit import audit_put
from chalicelib.storage.dynamo import Item, batch_get, get, query, transact
from chalicelib.storage.registry_puts import NotAsRead, puts_of, removals_of, standing_details
from chalicelib.storage.registry_records import (
    CALENDAR,
    CYCLES,
    UTILITY,
    AccountRecord,
    AgreementRecord,
    CalendarRecord,
    CycleRecord,
    MeterRecord,
    NumberRecord,
    PersonKeysRecord,
    PersonRecord,
    PremiseRecord,
    RouteRecord,
    ScheduleRecord,
    ServicePointRecord,
    UserRecord,
    UtilityRecord,
    as_read,
    records_of,
    sealed_person,
    token_mark,
)
from chalicelib.usecases.ports.registry import (
    AccountsOfPerson,
    ChangedMeanwhile,
    RegistryBatch,
    Saving,
    account_unknown,
    changed_meanwhile,
    cycle_unknown,
    person_keys_changed,
    register_unknown,
    schedule_unknown,
    utility_unknown,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_WRITERS = 4  # batches on their way at the same time
_ATTEMPTS = 5  # of a change that others keep overtaking


class DynamoRegistryStore:
    """RegistryStore on the registry table; audit entries go to the audit table in the same transaction."""

    def __init__(self, client: DynamoDBClient, *, table: str, audit_table: str) -> None:
        self._client = client
        self._table = table
        self._audit_table = audit_table

    # What a bill run reads

    def shards_of_cycle(self, cycle: CycleCode) -> list[Shard]:
        """See RegistryStore."""
        marks = self._query(f"CYCLE#{cycle}", "SHARD#")
        return [Shard(mark["sk"]["S"].removeprefix("SHARD#")) for mark in marks]

    def accounts_of_shard(self, shard: Shard) -> list[AccountWithAgreements]:
        """See RegistryStore."""
        return _assembled(self._query(shard))

    def service_points(self, ids: Iterable[ServicePointId]) -> Mapping[ServicePointId, ServicePoint]:
        """See RegistryStore."""
        items = self._batch_get((f"SP#{point_id}", "SP") for point_id in ids)
        found = (ServicePointRecord.from_raw_data(item).detail for item in items)
        return {point.service_point_id: point for point in found}

    def schedule(self, *, cycle: CycleCode, period: Month) -> Schedule:
        """See RegistryStore."""
        item = self._get(f"CYCLE#{cycle}", f"SCHEDULE#{period}")
        if item is None:
            raise schedule_unknown(cycle=cycle, period=period)
        return ScheduleRecord.from_raw_data(item).detail

    def schedules(self, cycle: CycleCode) -> list[Schedule]:
        """See RegistryStore."""
        return [ScheduleRecord.from_raw_data(i).detail for i in self._query(f"CYCLE#{cycle}", "SCHEDULE#")]

    # Finding one thing

    def cycle(self, code: CycleCode) -> BillCycle:
        """See RegistryStore."""
        item = self._get(f"CYCLE#{code}", "CYCLE")
        if item is None:
            raise cycle_unknown(code)
        routes = tuple(route.code for route in self.routes(code))
        return replace(CycleRecord.from_raw_data(item).detail, routes=routes)

    def cycles(self) -> list[BillCycle]:
        """See RegistryStore."""
        return [self.cycle(CycleCode(mark["sk"]["S"])) for mark in self._query(CYCLES)]

    def routes(self, cycle: CycleCode) -> list[Route]:
        """See RegistryStore."""
        found = [RouteRecord.from_raw_data(item).detail for item in self._query(f"CYCLE#{cycle}", "ROUTE#")]
        return sorted(found, key=lambda route: (route.position, route.code))

    def calendar(self) -> BusinessCalendar:
        """See RegistryStore."""
        item = self._get(CALENDAR, CALENDAR)
        return CalendarRecord.from_raw_data(item).detail if item else BusinessCalendar()

    def utility(self) -> UtilityProfile:
        """See RegistryStore."""
        item = self._get(UTILITY, UTILITY)
        if item is None:
            raise utility_unknown()
        return UtilityRecord.from_raw_data(item).detail

    def account(self, account_id: AccountId) -> AccountWithAgreements:
        """See RegistryStore."""
        for found in _assembled(self._query(shard_of(account_id), f"{account_id}#")):
            return found
        raise account_unknown(account_id)

    def find_account(self, number: str) -> AccountId | None:
        """See RegistryStore."""
        return self.find_accounts([number]).get(number)

    def find_accounts(self, numbers: Iterable[str]) -> Mapping[str, AccountId]:
        """See RegistryStore."""
        items = self._batch_get((f"NUMBER#ACCOUNT#{number}", "NUMBER") for number in numbers)
        return {
            record.pk.removeprefix("NUMBER#ACCOUNT#"): AccountId(record.target)
            for record in map(NumberRecord.from_raw_data, items)
        }

    def premises(self, ids: Iterable[PremiseId]) -> Mapping[PremiseId, Premise]:
        """See RegistryStore."""
        items = self._batch_get((f"PREMISE#{premise_id}", "PREMISE") for premise_id in ids)
        found = (PremiseRecord.from_raw_data(item).detail for item in items)
        return {premise.premise_id: premise for premise in found}

    # Meters and registers

    def find_meters(self, numbers: Iterable[str]) -> Mapping[str, MeterPlacement]:
        """See RegistryStore."""
        items = self._batch_get((f"NUMBER#METER#{number}", "NUMBER") for number in numbers)
        found = (MeterRecord.from_raw_data(item).detail for item in items)
        return {placement.meter_id: placement for placement in found}

    def find_register(self, *, meter_number: str, position: str = "0") -> RegisterId | None:
        """See RegistryStore."""
        placement = self.find_meters([meter_number]).get(meter_number)
        return placement.registers.get(position) if placement else None

    def service_point_of_register(self, register_id: RegisterId) -> ServicePointId:
        """See RegistryStore."""
        meter = meter_of(register_id)
        placement = self.find_meters([meter]).get(meter)
        if placement is None or register_id not in placement.registers.values():
            raise register_unknown(register_id)
        return placement.service_point_ids[-1]

    # Persons

    def persons(self, ids: Iterable[PersonId]) -> Mapping[PersonId, SealedPerson]:
        """See RegistryStore."""
        wanted = [(f"PERSON#{person_id}", sk) for person_id in ids for sk in ("PERSON", "KEY")]
        fields: dict[str, PersonRecord] = {}
        keys: dict[str, PersonKeysRecord] = {}
        for item in self._batch_get(wanted):
            if item["sk"]["S"] == "KEY":
                keys[item["pk"]["S"]] = PersonKeysRecord.from_raw_data(item)
            else:
                fields[item["pk"]["S"]] = PersonRecord.from_raw_data(item)
        people = (sealed_person(record, keys.get(pk)) for pk, record in fields.items())
        return {person.person_id: person for person in people}

    def find_persons(self, token: SearchToken, *, limit: int) -> list[PersonId]:
        """See RegistryStore."""
        prefix = f"{token.word}#" if token.word else ""
        marks = query(self._client, self._table, pk=f"TOKEN#{token.prefix}", sk_prefix=prefix, limit=limit)
        return [PersonId(mark["sk"]["S"].rpartition("#")[2]) for mark in marks]

    def erase_keys(self, person_id: PersonId, *, retention: Retention, entry: AuditEntry) -> None:
        """See RegistryStore."""
        for _ in range(_ATTEMPTS):
            person = self.persons([person_id]).get(person_id)
            if person is None or retention not in person.keys:
                return None
            read = {record.sk: record for record in records_of(person)}
            left = records_of(without_key(person, retention))
            actions = [record.put(self._table, **as_read(read[record.sk])) for record in left]
            gone = [token_mark(token, person_id).remove(self._table) for token in person.tokens]
            writes = [*actions, *gone, audit_put(entry, table=self._audit_table)]
            try:
                return transact(self._client, writes, refusal=lambda _: NotAsRead("not as read"))
            except NotAsRead:  # loaded, or erased in part, meanwhile: read it again
                continue
        raise person_keys_changed(person_id)

    # Users

    def user(self, user_id: UserId) -> User | None:
        """See RegistryStore."""
        item = self._get(f"USER#{user_id}", "USER")
        return UserRecord.from_raw_data(item).detail if item else None

    def users_of_person(self, person_id: PersonId) -> list[User]:
        """See RegistryStore."""
        marks = self._query(f"PERSON#{person_id}", "USER#")
        items = self._batch_get((mark["sk"]["S"], "USER") for mark in marks)
        found = (UserRecord.from_raw_data(item).detail for item in items)
        return sorted(found, key=lambda user: user.user_id)

    def accounts_of_person(
        self, person_id: PersonId, *, after: AccountId | None = None, limit: int
    ) -> AccountsOfPerson:
        """See RegistryStore."""
        pk, first = f"PERSON#{person_id}", f"ACCOUNT#{after or ''}"
        found = query(self._client, self._table, pk=pk, sk_from=first, limit=limit + 2)
        marks = [mark["sk"]["S"] for mark in found if mark["sk"]["S"].startswith("ACCOUNT#")]
        ids = [AccountId(mark.removeprefix("ACCOUNT#")) for mark in marks if after is None or mark != first]
        items = self._batch_get((shard_of(one), f"{one}#ACCOUNT") for one in ids[:limit])
        accounts = (AccountRecord.from_raw_data(item).detail for item in items)
        own = sorted(
            (account for account in accounts if account.person_id == person_id),
            key=lambda account: account.account_id,
        )
        return AccountsOfPerson(tuple(own), ids[limit - 1] if len(ids) > limit else None)

    def remove_user(self, user_id: UserId, *, entry: AuditEntry) -> None:
        """See RegistryStore."""
        user = self.user(user_id)
        if user is None:
            return
        gone = [record.remove(self._table) for record in records_of(user)]
        transact(self._client, [*gone, audit_put(entry, table=self._audit_table)])

    # Writing

    def save(self, batch: RegistryBatch) -> None:
        """See RegistryStore."""
        batch.require_fits()
        puts = puts_of(batch)
        rest = [mark.remove(self._table) for mark in removals_of(batch.changes)]
        rest += [audit_put(entry, table=self._audit_table) for entry in batch.entries]
        standing: dict[tuple[str, str], str | None] = {}

        def refusal(index: int) -> Refusal | None:
            return puts[index].refusal() if index < len(puts) else None

        for _ in range(_ATTEMPTS):
            writes = [*(put.action(self._table, standing=standing) for put in puts), *rest]
            try:
                return transact(self._client, writes, refusal=refusal) if writes else None
            except NotAsRead:
                versioned = [put for put in puts if put.is_versioned]
                standing = standing_details(versioned, self._batch_get(put.key for put in versioned))
        raise changed_meanwhile(puts[0].part)

    def save_many(self, batches: Iterable[RegistryBatch]) -> Iterator[Saving]:
        """See RegistryStore."""
        on_their_way: deque[Future[Saving]] = deque()
        with ThreadPoolExecutor(_WRITERS) as writers:
            for batch in batches:
                on_their_way.append(writers.submit(self._try_to_save, batch))
                if len(on_their_way) > 2 * _WRITERS:
                    yield on_their_way.popleft().result()
            while on_their_way:
                yield on_their_way.popleft().result()

    def _try_to_save(self, batch: RegistryBatch) -> Saving:
        try:
            self.save(batch)
        except ChangedMeanwhile as refused:
            return Saving(batch, refused)
        return Saving(batch, None)

    def _query(self, pk: str, sk_prefix: str = "") -> Iterator[Item]:
        return query(self._client, self._table, pk=pk, sk_prefix=sk_prefix)

    def _get(self, pk: str, sk: str) -> Item | None:
        return get(self._client, self._table, pk=pk, sk=sk)

    def _batch_get(self, keys: Iterable[tuple[str, str]]) -> Iterator[Item]:
        return batch_get(self._client, self._table, keys)


def _assembled(items: Iterable[Item]) -> list[AccountWithAgreements]:
    """Accounts of a run of items in key order: each account's ACCOUNT stands before its agreements."""
    accounts: list[Account] = []
    agreements: dict[AccountId, list[ServiceAgreement]] = {}
    for item in items:
        if item["sk"]["S"].endswith("#ACCOUNT"):
            accounts.append(AccountRecord.from_raw_data(item).detail)
        else:
            agreement = AgreementRecord.from_raw_data(item).detail
            agreements.setdefault(agreement.account_id, []).append(agreement)
    return [
        AccountWithAgreements(account=account, agreements=tuple(agreements.get(account.account_id, ())))
        for account in accounts
    ]
