"""What every RegistryStore promises, held against the fake and against DynamoDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.customers.person import Account, Address
from chalicelib.domain.customers.sealed_person import SealedPerson, SearchToken
from chalicelib.domain.customers.user import User
from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import (
    AccountId,
    AgreementId,
    CycleCode,
    MeterId,
    Month,
    PersonId,
    PremiseId,
    RegisterId,
    ServicePointId,
    Shard,
    UserId,
)
from chalicelib.domain.kernel.personal import Retention
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.bill_cycle import AtWindowClose, BillCycle, Route, Schedule
from chalicelib.domain.premises.service_agreement import (
    LinkRole,
    ServiceAgreement,
    ServicePointLink,
    ServiceType,
)
from chalicelib.domain.premises.service_point import (
    MeterInstallation,
    MeterPlacement,
    Premise,
    Register,
    RegisterFace,
    ServicePoint,
)
from chalicelib.domain.utility.profile import UtilityProfile
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.registry import MemoryRegistryStore
from chalicelib.usecases.ports.audit import AuditStore
from chalicelib.usecases.ports.registered import Registered, pieces
from chalicelib.usecases.ports.registry import (
    AccountNumberTaken,
    AccountUnknown,
    BatchTooLarge,
    Change,
    ChangedMeanwhile,
    CycleUnknown,
    PersonKeysChanged,
    RegisterUnknown,
    RegistryBatch,
    RegistryStore,
    ScheduleUnknown,
    UserOfAnotherPerson,
    UtilityUnknown,
    in_batches,
    save_all,
)
from tests.people import RIVERBEND

SPRING, SUMMER = date(2026, 3, 1), date(2026, 7, 1)
_serial = count(int(datetime.now(UTC).timestamp() * 1000))


class Kept:
    """A store and the audit trail that its writes go to."""

    def __init__(self, registry: RegistryStore, audit: AuditStore) -> None:
        self.registry = registry
        self.audit = audit

    def save(self, *things: Registered, entries: tuple[AuditEntry, ...] = ()) -> None:
        self.registry.save(RegistryBatch(things=things, entries=entries))

    def change(
        self, before: Registered | None, after: Registered, *, entries: tuple[AuditEntry, ...] = ()
    ) -> None:
        self.registry.save(RegistryBatch(changes=(Change(before, after),), entries=entries))


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        audit = MemoryAuditStore()
        return Kept(MemoryRegistryStore(audit), audit)
    from chalicelib.bootstrap import aws_client
    from chalicelib.storage.audit import DynamoAuditStore
    from chalicelib.storage.registry import DynamoRegistryStore

    names = request.getfixturevalue("local_cloud").settings
    client = aws_client("dynamodb")
    return Kept(
        DynamoRegistryStore(client, table=names.registry_table, audit_table=names.audit_table),
        DynamoAuditStore(client, table=names.audit_table),
    )


@pytest.fixture
def fresh() -> str:
    """A name no other test uses: the store outlives the test."""
    return f"T{next(_serial)}"


def an_account(fresh: str, *, serial: int = 1, shard: str = "001", cycle: str = "") -> AccountWithAgreements:
    account_id = AccountId(f"{fresh}.{shard}-{serial:010d}")
    return AccountWithAgreements(
        account=Account(
            account_id=account_id,
            number=f"{fresh}-{shard}-{serial}",
            person_id=PersonId(f"person-{serial}"),
            cycle=CycleCode(cycle or fresh),
            currency="USD",
            opened_on=SPRING,
        ),
        agreements=(
            ServiceAgreement(
                agreement_id=AgreementId("SEWER"),
                account_id=account_id,
                service_type=ServiceType.SEWER,
                start=SPRING,
                end=SUMMER,
                tariff=Dated.since(SPRING, "S-1"),
                billed_until=date(2026, 5, 4),
            ),
            ServiceAgreement(
                agreement_id=AgreementId("WATER"),
                account_id=account_id,
                service_type=ServiceType.WATER,
                start=SPRING,
                tariff=Dated(((SPRING, "R-1"), (SUMMER, "R-2"))),
                # The number 2 and the text "2" are two things and must stay so.
                determinants={
                    "dwelling_units": Dated.since(SPRING, Decimal("2")),
                    "meter_size": Dated(((SPRING, "2"), (SUMMER, Decimal("0.750")))),
                },
                links=(
                    ServicePointLink(
                        service_point_id=ServicePointId("SP-1"),
                        start=SPRING,
                        role=LinkRole.SUBTRACT,
                        share=Decimal("0.3333"),
                    ),
                ),
            ),
        ),
    )


def a_service_point(name: str) -> ServicePoint:
    meter = MeterId(f"M-{name}")
    register = RegisterId(f"{meter}.0")
    faces = Dated(
        (
            (SPRING, RegisterFace(dials=5, decimals=2, unit=Unit.CUBIC_METER)),
            (SUMMER, RegisterFace(dials=6, decimals=0, unit=Unit.KGAL, multiplier=Decimal("0.10"))),
        )
    )
    return ServicePoint(
        service_point_id=ServicePointId(name),
        premise_id=PremiseId("P-1"),
        route="R7",
        sequence=40,
        installations=(
            MeterInstallation(
                meter_id=meter,
                registers=(Register(register_id=register, face=faces),),
                installed_on=SPRING,
                install_values={register: Decimal("12.50")},
                removed_on=SUMMER,
                removal_values={register: Decimal("99.00")},
            ),
        ),
    )


def a_sealed_person(name: str, *, word: str = "smith") -> SealedPerson:
    return SealedPerson(
        person_id=PersonId(name),
        fields={"name": "c2VhbGVk", "email": "c2VhbGVkIHRvbw"},
        keys={Retention.RELATIONSHIP: "a2V5", Retention.STATUTORY: "b3RoZXI"},
        tokens=(SearchToken(prefix=f"{name}-prefix", word=word),),
    )


def an_entry(entity_id: str, action: str = "updated") -> AuditEntry:
    return AuditEntry(
        entity="contract", entity_id=entity_id, action=action, actor="test",
        at=datetime(2026, 11, 1, tzinfo=UTC), unique=action,
    )  # fmt: skip


# Accounts and shards


def test_a_shard_gives_all_its_accounts_with_their_agreements_exactly(kept: Kept, fresh: str) -> None:
    second, first = an_account(fresh, serial=2), an_account(fresh, serial=1)
    elsewhere = an_account(fresh, serial=3, shard="002")

    kept.save(second, first, elsewhere)

    assert kept.registry.accounts_of_shard(Shard(f"{fresh}.001")) == [first, second]
    assert kept.registry.account(elsewhere.account.account_id) == elsewhere


def test_numbers_stay_the_type_they_were(kept: Kept, fresh: str) -> None:
    kept.save(an_account(fresh))

    [found] = kept.registry.accounts_of_shard(Shard(f"{fresh}.001"))

    determinants = found.agreements[1].determinants
    assert repr(determinants["dwelling_units"].on(SPRING)) == "Decimal('2')"
    assert repr(determinants["meter_size"].on(SPRING)) == "'2'"
    assert repr(determinants["meter_size"].on(SUMMER)) == "Decimal('0.750')"


def test_more_accounts_than_a_page_holds_come_back(kept: Kept, fresh: str) -> None:
    """DynamoDB cuts a Query at 1 MB: 250 accounts of three fat agreements are more than that."""
    history = Dated(tuple((date(2000 + year, 1, 1), f"TARIFF-{year}") for year in range(60)))

    def fat(serial: int) -> AccountWithAgreements:
        whole = an_account(fresh, serial=serial)
        return replace(whole, agreements=tuple(replace(one, tariff=history) for one in whole.agreements))

    accounts = [fat(serial) for serial in range(1, 401)]
    save_all(kept.registry, accounts)

    assert kept.registry.accounts_of_shard(Shard(f"{fresh}.001")) == accounts


def test_a_cycle_knows_its_shards_in_order(kept: Kept, fresh: str) -> None:
    kept.save(an_account(fresh, shard="002"), an_account(fresh, shard="001"), an_account(fresh, serial=2))

    assert kept.registry.shards_of_cycle(CycleCode(fresh)) == [f"{fresh}.001", f"{fresh}.002"]
    assert kept.registry.shards_of_cycle(CycleCode(f"{fresh}-none")) == []


def test_an_account_that_moves_to_another_cycle_is_found_from_both(kept: Kept, fresh: str) -> None:
    """It keeps its shard, so both cycles must visit the shard and look at `account.cycle`."""
    before = an_account(fresh)
    kept.save(before)

    kept.change(before, replace(before, account=replace(before.account, cycle=CycleCode(f"{fresh}-B"))))

    shard = Shard(f"{fresh}.001")
    assert kept.registry.shards_of_cycle(CycleCode(f"{fresh}-B")) == [shard]
    assert kept.registry.shards_of_cycle(CycleCode(fresh)) == [shard]
    assert [one.account.cycle for one in kept.registry.accounts_of_shard(shard)] == [f"{fresh}-B"]


def test_agreements_that_are_not_mentioned_stay(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    kept.save(whole)

    kept.change(whole, replace(whole, agreements=()))

    assert kept.registry.account(whole.account.account_id) == whole


def test_an_account_is_found_by_the_number_on_its_bills(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    kept.save(whole)

    assert kept.registry.find_account(whole.account.number) == whole.account.account_id
    assert kept.registry.find_account("nobody's") is None
    assert kept.registry.find_accounts([whole.account.number, "nobody's"]) == {
        whole.account.number: whole.account.account_id
    }


def test_a_number_never_belongs_to_two_accounts(kept: Kept, fresh: str) -> None:
    first = an_account(fresh, serial=1)
    kept.save(first)
    usurper = an_account(fresh, serial=2)
    usurper = replace(usurper, account=replace(usurper.account, number=first.account.number))

    with pytest.raises(AccountNumberTaken, match=first.account.number):
        kept.save(usurper)

    assert kept.registry.find_account(first.account.number) == first.account.account_id
    with pytest.raises(AccountUnknown):
        kept.registry.account(usurper.account.account_id)


# Writing


def test_a_batch_is_saved_together_with_its_audit_entries(kept: Kept, fresh: str) -> None:
    kept.save(Premise(premise_id=PremiseId(fresh), address=AN_ADDRESS), entries=(an_entry(fresh),))

    assert kept.audit.entries(entity="contract", entity_id=fresh) == [an_entry(fresh)]


def test_a_batch_that_is_refused_leaves_nothing_behind(kept: Kept, fresh: str) -> None:
    first = an_account(fresh, serial=1)
    kept.save(first)
    usurper = replace(an_account(fresh, serial=2).account, number=first.account.number)
    premise = Premise(premise_id=PremiseId(fresh), address=AN_ADDRESS)

    with pytest.raises(AccountNumberTaken):
        kept.save(premise, AccountWithAgreements(account=usurper), entries=(an_entry(fresh),))

    assert kept.registry.premises([PremiseId(fresh)]) == {}
    assert kept.audit.entries(entity="contract", entity_id=fresh) == []


def test_what_does_not_fit_one_transaction_is_refused(kept: Kept, fresh: str) -> None:
    premises = [Premise(premise_id=PremiseId(f"{fresh}-{n}"), address=AN_ADDRESS) for n in range(101)]

    with pytest.raises(BatchTooLarge, match="101 pieces"):
        kept.save(*premises)


def test_saving_many_yields_every_batch_and_may_be_repeated(kept: Kept, fresh: str) -> None:
    accounts = [an_account(fresh, serial=serial) for serial in range(1, 91)]

    for _ in range(2):
        savings = list(kept.registry.save_many(in_batches(accounts)))
        assert sum(len(saving.batch.things) for saving in savings) == 90
        assert [saving.refused for saving in savings] == [None] * len(savings)

    assert kept.registry.accounts_of_shard(Shard(f"{fresh}.001")) == accounts


# Places and meters

AN_ADDRESS = Address(lines=("12 Weir Lane",), city="Riverbend", region="CA", postal_code="90000")


def test_service_points_come_in_batches_with_their_meter_history(kept: Kept, fresh: str) -> None:
    points = [a_service_point(f"{fresh}-{number}") for number in range(130)]
    save_all(kept.registry, points)

    found = kept.registry.service_points([*(p.service_point_id for p in points), ServicePointId("none")])

    assert found == {point.service_point_id: point for point in points}


def test_a_premise_is_read_back(kept: Kept, fresh: str) -> None:
    premise = Premise(premise_id=PremiseId(fresh), address=AN_ADDRESS, attributes={"lot_size_sqft": "7200"})
    kept.save(premise)

    assert kept.registry.premises([premise.premise_id, PremiseId("none")]) == {premise.premise_id: premise}


def test_registers_are_found_by_the_number_on_the_meter(kept: Kept, fresh: str) -> None:
    low, high = RegisterId(f"{fresh}.L"), RegisterId(f"{fresh}.H")
    compound = MeterPlacement(
        meter_id=MeterId(fresh),
        registers={"L": low, "H": high},
        service_point_ids=(ServicePointId("OLD"), ServicePointId("NEW")),
    )
    kept.save(compound)

    assert kept.registry.find_meters([fresh, "none"]) == {fresh: compound}
    assert kept.registry.find_register(meter_number=fresh, position="H") == high
    assert kept.registry.find_register(meter_number=fresh) is None
    assert kept.registry.service_point_of_register(low) == "NEW"
    with pytest.raises(RegisterUnknown):
        kept.registry.service_point_of_register(RegisterId(f"{fresh}.X"))


# Cycles


def test_a_cycle_lists_its_routes_in_the_order_they_are_walked(kept: Kept, fresh: str) -> None:
    code = CycleCode(fresh)
    kept.save(
        BillCycle(code=code, name="North", shard_count=7),
        Route(cycle=code, code="A", position=2),
        Route(cycle=code, code="B", position=1, name="Riverside"),
    )

    assert kept.registry.cycle(code) == BillCycle(code=code, name="North", routes=("B", "A"), shard_count=7)
    assert kept.registry.cycle(code) in kept.registry.cycles()
    assert [route.name for route in kept.registry.routes(code)] == ["Riverside", ""]
    with pytest.raises(CycleUnknown, match="no bill cycle has the code 'none'"):
        kept.registry.cycle(CycleCode("none"))


def test_schedules_are_found_by_period(kept: Kept, fresh: str) -> None:
    november = Schedule(
        cycle=CycleCode(fresh),
        period=Month(2026, 11),
        window_open=date(2026, 11, 1),
        expected_read_on=date(2026, 11, 4),
        estimate_from=date(2026, 11, 8),
        window_close=date(2026, 11, 12),
        accounting_date=date(2026, 11, 12),
        bill_date=date(2026, 11, 13),
        due_on=date(2026, 12, 4),
        at_window_close=AtWindowClose.EXCEPT,
    )
    december = replace(november, period=Month(2026, 12))
    kept.save(december, november)

    assert kept.registry.schedule(cycle=CycleCode(fresh), period=Month(2026, 11)) == november
    assert kept.registry.schedules(CycleCode(fresh)) == [november, december]
    with pytest.raises(ScheduleUnknown, match="2027-01"):
        kept.registry.schedule(cycle=CycleCode(fresh), period=Month(2027, 1))


def test_the_utility_is_the_last_profile_saved(kept: Kept) -> None:
    try:
        before: UtilityProfile | None = kept.registry.utility()  # the store may outlive the test
    except UtilityUnknown:
        before = None
    for name in ("Riverbend Water", "Lakeside Water"):
        profile = replace(RIVERBEND, name=name)
        kept.change(before, profile)
        assert kept.registry.utility() == profile
        before = profile


def test_a_utility_that_never_said_who_it_is_is_asked_to() -> None:
    with pytest.raises(UtilityUnknown, match="headgate utility publish"):
        MemoryRegistryStore().utility()


def test_the_calendar_is_the_last_one_saved(kept: Kept) -> None:
    for holidays in (frozenset({date(2026, 7, 3)}), frozenset({date(2026, 7, 3), date(2026, 12, 25)})):
        after = BusinessCalendar(weekend=frozenset({4, 5}), holidays=holidays)
        kept.change(kept.registry.calendar(), after)

        assert kept.registry.calendar() == BusinessCalendar(weekend=frozenset({4, 5}), holidays=holidays)


# Persons


def test_a_sealed_person_is_read_back(kept: Kept, fresh: str) -> None:
    person = a_sealed_person(fresh)
    kept.save(person)

    assert kept.registry.persons([person.person_id, PersonId("none")]) == {person.person_id: person}


def test_persons_are_found_by_word_and_by_prefix_up_to_the_limit(kept: Kept, fresh: str) -> None:
    prefix = f"{fresh}-prefix"
    words = {"a": "smith", "b": "smithe", "c": "smith"}
    for person_id, word in words.items():
        person = a_sealed_person(fresh + person_id, word=word)
        kept.save(replace(person, tokens=(SearchToken(prefix=prefix, word=word),)))

    def found(word: str, limit: int = 10) -> list[str]:
        token = SearchToken(prefix=prefix, word=word)
        return [person_id.removeprefix(fresh) for person_id in kept.registry.find_persons(token, limit=limit)]

    assert found("smith") == ["a", "c"]
    assert found("") == ["a", "c", "b"]
    assert found("", limit=2) == ["a", "c"]
    assert found("jones") == []


def test_a_changed_name_is_no_longer_found_under_the_old_one(kept: Kept, fresh: str) -> None:
    person = a_sealed_person(fresh, word="smith")
    kept.save(person)

    [old] = person.tokens
    kept.change(person, replace(person, tokens=(SearchToken(prefix=old.prefix, word="jones"),)))

    assert kept.registry.find_persons(old, limit=9) == []
    assert kept.registry.find_persons(SearchToken(prefix=old.prefix, word="jones"), limit=9) == [fresh]


def test_deleting_a_key_takes_its_fields_and_the_search_tokens_along(kept: Kept, fresh: str) -> None:
    person = a_sealed_person(fresh)
    kept.save(person)

    for _ in range(2):  # repeating it changes nothing
        kept.registry.erase_keys(
            person.person_id, retention=Retention.RELATIONSHIP, entry=an_entry(fresh, "erased")
        )

    left = kept.registry.persons([person.person_id])[person.person_id]
    assert left.keys == {Retention.STATUTORY: "b3RoZXI"}
    assert left.fields == {"name": "c2VhbGVk"}
    assert kept.registry.find_persons(person.tokens[0], limit=9) == []
    assert kept.audit.entries(entity="contract", entity_id=fresh) == [an_entry(fresh, "erased")]


def test_a_load_that_runs_beside_an_erasure_does_not_bring_the_keys_back(kept: Kept, fresh: str) -> None:
    person = a_sealed_person(fresh)
    kept.save(person)
    for retention in Retention:
        kept.registry.erase_keys(
            person.person_id, retention=retention, entry=an_entry(fresh, f"erased {retention}")
        )

    with pytest.raises(PersonKeysChanged):
        kept.save(person)

    assert kept.registry.persons([person.person_id])[person.person_id].keys == {}


# Users, and what they reach


def a_user(name: str, *, person: str = "person-1") -> User:
    return User(
        user_id=UserId(name),
        person_id=PersonId(person),
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
        created_by="cli:clerk",
    )


def owned(fresh: str, person: str, *serials: int) -> list[AccountWithAgreements]:
    wholes = [an_account(fresh, serial=serial) for serial in serials]
    return [replace(one, account=replace(one.account, person_id=PersonId(person))) for one in wholes]


def test_a_user_is_found_by_id_and_from_the_person(kept: Kept, fresh: str) -> None:
    second, first = a_user(f"{fresh}-2", person=fresh), a_user(f"{fresh}-1", person=fresh)
    kept.save(second, first, a_sealed_person(fresh), a_user(f"{fresh}-3", person=f"{fresh}-other"))

    assert kept.registry.user(first.user_id) == first
    assert kept.registry.user(UserId("nobody")) is None
    assert kept.registry.users_of_person(PersonId(fresh)) == [first, second]
    assert kept.registry.persons([PersonId(fresh)]) == {PersonId(fresh): a_sealed_person(fresh)}


def test_a_user_never_passes_to_another_person(kept: Kept, fresh: str) -> None:
    user = a_user(fresh, person=f"{fresh}-A")
    kept.save(user)
    kept.save(user)  # the same again is no change

    with pytest.raises(UserOfAnotherPerson, match=fresh):
        kept.save(a_user(fresh, person=f"{fresh}-B"), entries=(an_entry(fresh),))

    assert kept.registry.user(user.user_id) == user
    assert kept.registry.users_of_person(PersonId(f"{fresh}-B")) == []
    assert kept.audit.entries(entity="contract", entity_id=fresh) == []


def test_a_removed_user_is_gone_with_an_entry_and_may_be_tied_anew(kept: Kept, fresh: str) -> None:
    user = a_user(fresh, person=f"{fresh}-A")
    kept.save(user)

    for _ in range(2):  # repeating it changes nothing
        kept.registry.remove_user(user.user_id, entry=an_entry(fresh, "removed"))

    assert kept.registry.user(user.user_id) is None
    assert kept.registry.users_of_person(user.person_id) == []
    assert kept.audit.entries(entity="contract", entity_id=fresh) == [an_entry(fresh, "removed")]
    kept.save(a_user(fresh, person=f"{fresh}-B"))


def test_a_persons_accounts_come_page_by_page(kept: Kept, fresh: str) -> None:
    kept.save(*owned(fresh, fresh, 1, 2, 3), a_sealed_person(fresh), a_user(fresh, person=fresh))
    kept.save(*owned(fresh, f"{fresh}-other", 4))

    def numbers(after: AccountId | None, limit: int) -> tuple[list[str], AccountId | None]:
        page = kept.registry.accounts_of_person(PersonId(fresh), after=after, limit=limit)
        return [account.account_id[-1] for account in page.accounts], page.go_on_after

    assert numbers(None, 3) == (["1", "2", "3"], None)
    first, after = numbers(None, 2)
    assert (first, numbers(after, 2)) == (["1", "2"], (["3"], None))
    assert kept.registry.accounts_of_person(PersonId("nobody"), limit=9) == ((), None)


def test_an_account_that_passed_to_somebody_else_is_no_longer_its_former_customers(
    kept: Kept, fresh: str
) -> None:
    before = owned(fresh, f"{fresh}-A", 1, 2)
    kept.save(*before)
    (passed,) = owned(fresh, f"{fresh}-B", 1)
    kept.change(before[0], passed)

    former = kept.registry.accounts_of_person(PersonId(f"{fresh}-A"), limit=1)
    assert former.accounts == ()
    assert former.go_on_after == passed.account.account_id
    rest = kept.registry.accounts_of_person(PersonId(f"{fresh}-A"), after=former.go_on_after, limit=1)
    assert rest == ((before[1].account,), None)
    assert kept.registry.accounts_of_person(PersonId(f"{fresh}-B"), limit=9) == ((passed.account,), None)


def test_what_is_saved_is_no_more_pieces_than_announced(kept: Kept, fresh: str) -> None:
    """A batch of as many things as `pieces` lets in must fit one transaction of the real store."""
    things: list[Registered] = owned(fresh, fresh, *range(1, 9))
    things += [a_user(f"{fresh}-{n}", person=fresh) for n in range(20)]
    things += [a_sealed_person(f"{fresh}-{n}") for n in range(2)]
    assert sum(map(pieces, things)) == 8 * 6 + 20 * 2 + 2 * 3 == 94

    kept.save(*things, entries=tuple(an_entry(fresh, f"done {n}") for n in range(6)))

    assert len(kept.registry.users_of_person(PersonId(fresh))) == 20


def with_an_average(whole: AccountWithAgreements, value: str) -> ServiceAgreement:
    agreement = whole.agreements[0]
    average: dict[str, Dated[Decimal | str]] = {"winter_average_ccf": Dated.since(SUMMER, Decimal(value))}
    return replace(agreement, determinants={**agreement.determinants, **average})


def test_agreements_are_changed_together_if_they_are_as_they_were_read(kept: Kept, fresh: str) -> None:
    accounts = [an_account(fresh, serial=serial) for serial in (1, 2)]
    kept.save(*accounts)
    read = kept.registry.accounts_of_shard(Shard(f"{fresh}.001"))
    changes = tuple(Change(one.agreements[0], with_an_average(one, "12")) for one in read)

    kept.registry.save(RegistryBatch(changes=changes, entries=(an_entry(fresh),)))

    found = kept.registry.accounts_of_shard(Shard(f"{fresh}.001"))
    assert [one.agreements[0] for one in found] == [change.after for change in changes]
    assert [one.agreements[1:] for one in found] == [one.agreements[1:] for one in read]
    assert len(kept.audit.entries(entity="contract", entity_id=fresh)) == 1


def test_of_changes_of_which_one_comes_too_late_none_is_stored(kept: Kept, fresh: str) -> None:
    accounts = [an_account(fresh, serial=serial) for serial in (1, 2)]
    kept.save(*accounts)
    changes = tuple(Change(one.agreements[0], with_an_average(one, "12")) for one in accounts)
    by_hand = with_an_average(accounts[1], "3")
    kept.change(accounts[1].agreements[0], by_hand)

    with pytest.raises(ChangedMeanwhile, match=by_hand.agreement_id):
        kept.registry.save(RegistryBatch(changes=changes, entries=(an_entry(fresh),)))

    found = kept.registry.accounts_of_shard(Shard(f"{fresh}.001"))
    assert [one.agreements[0] for one in found] == [accounts[0].agreements[0], by_hand]
    assert kept.audit.entries(entity="contract", entity_id=fresh) == []


def test_an_agreement_that_is_not_there_cannot_be_changed(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    with pytest.raises(ChangedMeanwhile, match=f"agreement SEWER of account {fresh}"):
        kept.change(whole.agreements[0], with_an_average(whole, "12"))


def test_too_many_changes_are_refused(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    change = Change(whole.agreements[0], with_an_average(whole, "12"))
    with pytest.raises(BatchTooLarge):
        kept.registry.save(RegistryBatch(changes=(change,) * 100, entries=(an_entry(fresh),)))


# Two at once


def test_an_account_is_not_saved_over_what_somebody_else_made_of_it(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    kept.save(whole)
    frozen = with_an_average(whole, "12")
    kept.change(whole.agreements[0], frozen)
    stale = replace(whole.agreements[0], billed_until=SUMMER)

    with pytest.raises(ChangedMeanwhile, match=f"agreement SEWER of account {fresh}"):
        kept.change(whole, replace(whole, agreements=(stale, *whole.agreements[1:])))

    assert kept.registry.account(whole.account.account_id).agreements[0] == frozen


def test_of_an_account_only_what_changes_is_written(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    kept.save(whole)
    frozen = with_an_average(whole, "12")
    kept.change(whole.agreements[0], frozen)
    closed = replace(whole.account, closed_on=SUMMER)

    kept.change(whole, replace(whole, account=closed))

    assert kept.registry.account(closed.account_id).agreements[0] == frozen
    assert kept.registry.account(closed.account_id).account == closed


def test_what_is_new_is_not_put_over_what_came_meanwhile(kept: Kept, fresh: str) -> None:
    theirs = Premise(premise_id=PremiseId(fresh), address=AN_ADDRESS)
    mine = replace(theirs, attributes={"lot_size_sqft": "7200"})
    kept.save(theirs)

    with pytest.raises(ChangedMeanwhile, match=f"premise {fresh} was changed by somebody else"):
        kept.save(mine, entries=(an_entry(fresh),))

    assert kept.registry.premises([theirs.premise_id]) == {theirs.premise_id: theirs}
    assert kept.audit.entries(entity="contract", entity_id=fresh) == []


def test_a_change_whose_answer_was_lost_may_be_repeated(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    kept.save(whole)
    frozen = with_an_average(whole, "12")

    for _ in range(2):
        kept.change(whole.agreements[0], frozen, entries=(an_entry(fresh),))

    assert kept.registry.account(whole.account.account_id).agreements[0] == frozen
    assert len(kept.audit.entries(entity="contract", entity_id=fresh)) == 1


def test_of_many_batches_one_that_comes_too_late_stops_no_other(kept: Kept, fresh: str) -> None:
    ids = [PremiseId(f"{fresh}-{number}") for number in range(4)]
    old = [Premise(premise_id=one, address=AN_ADDRESS) for one in ids]
    new = [replace(one, attributes={"lot_size_sqft": "7200"}) for one in old]
    kept.save(*old)
    theirs = replace(old[2], attributes={"lot_size_sqft": "1"})
    kept.change(old[2], theirs)

    batches = [RegistryBatch(changes=(Change(*pair),)) for pair in zip(old, new, strict=True)]
    savings = list(kept.registry.save_many(batches))

    assert [saving.batch for saving in savings] == batches
    assert [saving.refused is None for saving in savings] == [True, True, False, True]
    assert kept.registry.premises(ids) == dict(zip(ids, [*new[:2], theirs, new[3]], strict=True))


def test_of_two_who_change_a_person_at_once_one_is_told(kept: Kept, fresh: str) -> None:
    person = a_sealed_person(fresh)
    kept.save(person)
    moved = replace(person, fields={**person.fields, "phone": "bmV3"})
    kept.change(person, moved)

    with pytest.raises(ChangedMeanwhile, match=f"person {fresh}"):
        kept.change(person, replace(person, fields={**person.fields, "phone": "b2xk"}))

    assert kept.registry.persons([person.person_id]) == {person.person_id: moved}


def test_a_calendar_can_be_made_and_taken_back(kept: Kept) -> None:
    """Without one weekends are off: that is no state of its own that a change could miss."""
    before = kept.registry.calendar()
    for after in (BusinessCalendar(holidays=frozenset({SUMMER})), BusinessCalendar(), before):
        kept.change(kept.registry.calendar(), after)
        assert kept.registry.calendar() == after


def test_of_two_erasures_at_once_neither_brings_a_key_back(
    kept: Kept, fresh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_sealed_person(fresh)
    kept.save(person)
    read = kept.registry.persons
    erased: list[Retention] = []

    def erase(retention: Retention) -> None:
        entry = an_entry(fresh, f"erased {retention}")
        kept.registry.erase_keys(person.person_id, retention=retention, entry=entry)
        erased.append(retention)

    def while_the_other_is_erased(ids: Iterable[PersonId]) -> Mapping[PersonId, SealedPerson]:
        found = read(ids)
        monkeypatch.setattr(kept.registry, "persons", read)
        erase(Retention.STATUTORY)
        return found

    monkeypatch.setattr(kept.registry, "persons", while_the_other_is_erased)
    erase(Retention.RELATIONSHIP)
    if Retention.STATUTORY not in erased:  # where reading and writing are one step nobody gets in between
        erase(Retention.STATUTORY)

    assert kept.registry.persons([person.person_id])[person.person_id].keys == {}
