"""What the registry table holds, record by record (docs/data-model.md has the table of keys)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.domain.customers.person import Account
from chalicelib.domain.customers.sealed_person import SealedPerson, SearchToken
from chalicelib.domain.customers.user import User
from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, PersonId, UserId, shard_of
from chalicelib.domain.kernel.personal import Retention
from chalicelib.domain.premises.bill_cycle import BillCycle, Route, Schedule
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.premises.service_point import MeterPlacement, Premise, ServicePoint
from chalicelib.domain.utility.profile import UtilityProfile
from chalicelib.storage.records import DetailAttribute, Record
from chalicelib.usecases.ports.registered import Part
from chalicelib.usecases.ports.registry import (
    account_number_taken,
    person_keys_changed,
    user_of_another_person,
)

CYCLES = "CYCLES"
CALENDAR = "CALENDAR"
UTILITY = "UTILITY"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFields:
    """What a person's item holds; the wrapped keys lie beside it, so that they can be deleted alone."""

    fields: Mapping[str, str]
    tokens: tuple[SearchToken, ...] = ()


class AccountRecord(Record):
    """pk `{shard}`, sk `{account_id}#ACCOUNT`."""

    detail = DetailAttribute(Account)


class AgreementRecord(Record):
    """pk `{shard}`, sk `{account_id}#SA#{agreement_id}`."""

    detail = DetailAttribute(ServiceAgreement)


class NumberRecord(Record):
    """pk `NUMBER#ACCOUNT#{number}`, sk `NUMBER`: the account that has the utility's number."""

    target = UnicodeAttribute()


class MeterRecord(Record):
    """pk `NUMBER#METER#{number}`, sk `NUMBER`: a meter's registers and where it has hung."""

    detail = DetailAttribute(MeterPlacement)


class PremiseRecord(Record):
    """pk `PREMISE#{premise_id}`, sk `PREMISE`."""

    detail = DetailAttribute(Premise)


class ServicePointRecord(Record):
    """pk `SP#{service_point_id}`, sk `SP`: with its whole history of meters."""

    detail = DetailAttribute(ServicePoint)


class CycleRecord(Record):
    """pk `CYCLE#{code}`, sk `CYCLE`."""

    detail = DetailAttribute(BillCycle)


class RouteRecord(Record):
    """pk `CYCLE#{code}`, sk `ROUTE#{route}`."""

    detail = DetailAttribute(Route)


class ScheduleRecord(Record):
    """pk `CYCLE#{code}`, sk `SCHEDULE#{yyyy-mm}`."""

    detail = DetailAttribute(Schedule)


class CalendarRecord(Record):
    """pk and sk `CALENDAR`: the one business calendar of the utility."""

    detail = DetailAttribute(BusinessCalendar)


class UtilityRecord(Record):
    """pk and sk `UTILITY`: who the utility is."""

    detail = DetailAttribute(UtilityProfile)


class MarkRecord(Record):
    """An item that says something by being there.

    pk `CYCLE#{code}`, sk `SHARD#{shard}`: the shard has, or had, accounts of the cycle.
    pk `CYCLES`, sk `{code}`: the cycle exists.
    pk `TOKEN#{prefix token}`, sk `{word token}#{person_id}`: the person carries the word.
    pk `PERSON#{person_id}`, sk `ACCOUNT#{account_id}`: the account names the person, or has named them.
    pk `PERSON#{person_id}`, sk `USER#{user_id}`: the user acts for the person.
    """


class PersonRecord(Record):
    """pk `PERSON#{person_id}`, sk `PERSON`: sealed fields and the search tokens to take away on erasure."""

    detail = DetailAttribute(SealedFields)


class PersonKeysRecord(Record):
    """pk `PERSON#{person_id}`, sk `KEY`: wrapped data keys, one for each retention. Without them: erased."""

    relationship = UnicodeAttribute(null=True)
    statutory = UnicodeAttribute(null=True)


class UserRecord(Record):
    """pk `USER#{user_id}`, sk `USER`: who signs in, and for whom."""

    person_id = UnicodeAttribute()
    detail = DetailAttribute(User)


def token_mark(token: SearchToken, person_id: PersonId) -> MarkRecord:
    """The item by which `token` finds the person."""
    return MarkRecord(f"TOKEN#{token.prefix}", f"{token.word}#{person_id}")


def account_mark(person_id: PersonId, account_id: AccountId) -> MarkRecord:
    """The item by which a person's account is found; whether it still is theirs, the account says."""
    return MarkRecord(f"PERSON#{person_id}", f"ACCOUNT#{account_id}")


def user_mark(person_id: PersonId, user_id: UserId) -> MarkRecord:
    """The item by which a person's users are found."""
    return MarkRecord(f"PERSON#{person_id}", f"USER#{user_id}")


def records_of(thing: Part) -> Iterator[Record]:
    """Every item that a thing is stored as."""
    match thing:
        case Account() | ServiceAgreement():
            yield from _of_account(thing)
        case SealedPerson():
            yield from _person(thing)
        case User():
            yield UserRecord(f"USER#{thing.user_id}", "USER", person_id=thing.person_id, detail=thing)
            yield user_mark(thing.person_id, thing.user_id)
        case BillCycle():
            yield CycleRecord(f"CYCLE#{thing.code}", "CYCLE", detail=replace(thing, routes=()))
            yield MarkRecord(CYCLES, thing.code)
        case Route():
            yield RouteRecord(f"CYCLE#{thing.cycle}", f"ROUTE#{thing.code}", detail=thing)
        case Schedule():
            yield ScheduleRecord(f"CYCLE#{thing.cycle}", f"SCHEDULE#{thing.period}", detail=thing)
        case BusinessCalendar():
            yield CalendarRecord(CALENDAR, CALENDAR, detail=thing)
        case UtilityProfile():
            yield UtilityRecord(UTILITY, UTILITY, detail=thing)
        case Premise():
            yield PremiseRecord(f"PREMISE#{thing.premise_id}", "PREMISE", detail=thing)
        case ServicePoint():
            yield ServicePointRecord(f"SP#{thing.service_point_id}", "SP", detail=thing)
        case MeterPlacement():
            yield MeterRecord(f"NUMBER#METER#{thing.meter_id}", "NUMBER", detail=thing)


def _of_account(part: Account | ServiceAgreement) -> Iterator[Record]:
    shard = shard_of(part.account_id)
    if isinstance(part, ServiceAgreement):
        yield AgreementRecord(shard, f"{part.account_id}#SA#{part.agreement_id}", detail=part)
        return
    yield NumberRecord(f"NUMBER#ACCOUNT#{part.number}", "NUMBER", target=part.account_id)
    yield MarkRecord(f"CYCLE#{part.cycle}", f"SHARD#{shard}")
    yield account_mark(part.person_id, part.account_id)
    yield AccountRecord(shard, f"{part.account_id}#ACCOUNT", detail=part)


def _person(sealed: SealedPerson) -> Iterator[Record]:
    pk = f"PERSON#{sealed.person_id}"
    yield PersonKeysRecord(
        pk,
        "KEY",
        relationship=sealed.keys.get(Retention.RELATIONSHIP),
        statutory=sealed.keys.get(Retention.STATUTORY),
    )
    yield PersonRecord(pk, "PERSON", detail=SealedFields(fields=sealed.fields, tokens=sealed.tokens))
    for token in sealed.tokens:
        yield token_mark(token, sealed.person_id)


def sealed_person(record: PersonRecord, keys: PersonKeysRecord | None) -> SealedPerson:
    """The person that a pair of items holds."""
    wrapped = {
        Retention.RELATIONSHIP: keys.relationship if keys else None,
        Retention.STATUTORY: keys.statutory if keys else None,
    }
    return SealedPerson(
        person_id=PersonId(record.pk.removeprefix("PERSON#")),
        fields=record.detail.fields,
        keys={retention: key for retention, key in wrapped.items() if key},
        tokens=record.detail.tokens,
    )


def guard(record: Record) -> dict[str, Any]:
    """What else must hold for a record to be stored, whatever was read, as arguments of a Put.

    A number stays with its account, a user with their person, and wrapped keys never change: they are made
    once and deleted once. Without the last a load that runs beside an erasure would bring the keys back.
    """
    match record:
        case NumberRecord():
            same = {"target": record.target}
        case UserRecord():
            same = {"person_id": record.person_id}
        case PersonKeysRecord():
            same = {"relationship": record.relationship, "statutory": record.statutory}
        case _:
            return {}
    return _only_if(f"attribute_not_exists(pk) OR ({_all_are(same)})", same)


def as_read(record: Record) -> dict[str, Any]:
    """The condition that an item is stored just as `record` has it, as arguments of a Put."""
    if isinstance(record, PersonKeysRecord):
        keys = {"relationship": record.relationship, "statutory": record.statutory}
        return _only_if(_all_are(keys), keys)
    return with_detail(record.serialize()["detail"]["S"])


def with_detail(stored: str | None) -> dict[str, Any]:
    """The condition that an item's detail is `stored` to the letter (None: there is no item)."""
    if stored is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return _only_if("detail = :detail", {"detail": stored})


def _all_are(values: Mapping[str, str | None]) -> str:
    return " AND ".join(
        f"{name} = :{name}" if value else f"attribute_not_exists({name})" for name, value in values.items()
    )


def _only_if(condition: str, values: Mapping[str, str | None]) -> dict[str, Any]:
    given = {f":{name}": {"S": value} for name, value in values.items() if value}
    return {
        "ConditionExpression": condition,
        **({"ExpressionAttributeValues": given} if given else {}),
    }


def refused(key: tuple[str, str]) -> Refusal | None:
    """The refusal that stands for a failed guard of the item with this key."""
    pk, _ = key
    if pk.startswith("NUMBER#ACCOUNT#"):
        return account_number_taken(pk.removeprefix("NUMBER#ACCOUNT#"))
    if pk.startswith("USER#"):
        return user_of_another_person(UserId(pk.removeprefix("USER#")))
    if pk.startswith("PERSON#"):
        return person_keys_changed(PersonId(pk.removeprefix("PERSON#")))
    return None
