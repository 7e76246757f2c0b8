"""The utility's profile as a YAML document (docs/utility.md explains every field)."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from chalicelib.domain.customers.person import Address
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.utility import profile
from chalicelib.files.document import load_document

_NOT_DRAWN = re.compile(r"<script|href|<foreignobject|url\(|<!|<\?|\son\w+\s*=", re.IGNORECASE)
_LINK_PARTS = {"account": "1", "bill": "1", "amount": "1"}


class InvalidProfile(Refusal):
    """A profile document cannot be used. `data["problems"]` lists every problem with file and line."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone: write one such as America/Los_Angeles") from None
    return name


def _link(text: str) -> str:
    try:
        text.format(**_LINK_PARTS)
    except (KeyError, IndexError, ValueError):
        raise ValueError("may hold {account}, {bill} and {amount}, and no other braces") from None
    if not text.startswith("https://"):
        raise ValueError("must begin with https://")
    return text


def _drawing(text: str) -> str:
    if text and not text.lstrip().lower().startswith("<svg"):
        raise ValueError("must be one <svg> element")
    if _NOT_DRAWN.search(text):
        raise ValueError("may hold shapes and texts alone: no script, link, style address or event")
    return text


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


_Text = Annotated[str, Field(min_length=1, max_length=2_000)]
_Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
_LocalText = dict[_Language, _Text]
_Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AddressPart(_Part):
    """A postal address."""

    lines: Annotated[tuple[_Text, ...], BeforeValidator(_listed), Field(min_length=1, max_length=4)]
    city: _Text
    region: str = ""
    postal_code: str = ""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"

    def address(self) -> Address:
        """The domain's address."""
        return Address(**self.model_dump())


class RulePart(_Part):
    """When something goes on, or along with, a bill."""

    when: Annotated[tuple[profile.Circumstance, ...], BeforeValidator(_listed)] = (
        profile.Circumstance.ALWAYS,
    )
    start: date | None = None
    end: date | None = None
    services: Annotated[tuple[ServiceType, ...], BeforeValidator(_listed)] = ()
    cycles: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.start and self.end and self.end <= self.start:
            raise ValueError("ends before it starts: end is the first day without it")
        return self

    def rule(self) -> profile.BillRule:
        """The domain's rule."""
        return profile.BillRule(
            when=self.when,
            start=self.start,
            end=self.end,
            services=tuple(service.value for service in self.services),
            cycles=self.cycles,
        )


class MessagePart(RulePart):
    """Words for the bill."""

    code: _Code
    rank: int = 0
    title: _LocalText
    text: _LocalText


class InsertPart(RulePart):
    """A leaflet."""

    code: _Code
    name: str = ""


class BrandPart(_Part):
    """How the utility looks."""

    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#0b5394"
    logo_svg: Annotated[str, AfterValidator(_drawing)] = ""


class ContactsPart(_Part):
    """How customers reach the utility."""

    office: AddressPart
    phone: _Text
    email: _Text
    website: _Text
    emergency_phone: str = ""
    hours: _LocalText | None = None


class OptionPart(_Part):
    """One way to pay."""

    code: _Code
    title: _LocalText
    text: _LocalText


class RemittancePart(_Part):
    """Where money goes."""

    payable_to: _Text
    address: AddressPart
    pay_url: Annotated[str, AfterValidator(_link)]
    options: tuple[OptionPart, ...] = ()


class ProfileDocument(_Part):
    """One utility."""

    format: Literal["headgate/utility@1"]
    name: _Text
    time_zone: Annotated[str, AfterValidator(_zone)]
    languages: Annotated[tuple[_Language, ...], BeforeValidator(_listed), Field(min_length=1)]
    paper: profile.Paper = profile.Paper.LETTER
    brand: BrandPart = BrandPart()
    contacts: ContactsPart
    remittance: RemittancePart
    messages: tuple[MessagePart, ...] = ()
    inserts: tuple[InsertPart, ...] = ()

    @model_validator(mode="after")
    def _says_everything_in_every_language(self) -> Self:
        for where, text in self._texts():
            if missing := [language for language in self.languages if language not in text]:
                raise ValueError(f"{where} says nothing in {', '.join(missing)}: add it")
        for codes in ([m.code for m in self.messages], [i.code for i in self.inserts]):
            if twice := {code for code in codes if codes.count(code) > 1}:
                raise ValueError(f"{', '.join(sorted(twice))} is there twice: codes are unique")
        return self

    def _texts(self) -> list[tuple[str, _LocalText]]:
        found = [("contacts.hours", self.contacts.hours)] if self.contacts.hours else []
        for option in self.remittance.options:
            found += [(f"option {option.code}", option.title), (f"option {option.code}", option.text)]
        for message in self.messages:
            found += [(f"message {message.code}", message.title), (f"message {message.code}", message.text)]
        return found


def load_utility_profile(path: Path) -> profile.UtilityProfile:
    """The profile in a YAML file. Raises InvalidProfile with file, line and cause of every problem."""
    document = load_document(path, ProfileDocument, kind="utility", refused=InvalidProfile)
    contacts, remittance = document.contacts, document.remittance
    return profile.UtilityProfile(
        name=document.name,
        time_zone=document.time_zone,
        languages=document.languages,
        paper=document.paper,
        brand=profile.Brand(color=document.brand.color, logo_svg=document.brand.logo_svg),
        contacts=profile.Contacts(
            office=contacts.office.address(),
            phone=contacts.phone,
            email=contacts.email,
            website=contacts.website,
            emergency_phone=contacts.emergency_phone,
            hours=contacts.hours,
        ),
        remittance=profile.Remittance(
            payable_to=remittance.payable_to,
            address=remittance.address.address(),
            pay_url=remittance.pay_url,
            options=tuple(
                profile.PaymentOption(code=one.code, title=one.title, text=one.text)
                for one in remittance.options
            ),
        ),
        messages=tuple(
            profile.BillMessage(code=one.code, rule=one.rule(), title=one.title, text=one.text, rank=one.rank)
            for one in document.messages
        ),
        inserts=tuple(
            profile.Insert(code=one.code, rule=one.rule(), name=one.name) for one in document.inserts
        ),
    )
