"""The utility's profile as a YAML document (docs/utility.md explains every field)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from chalicelib.domain.customers.person import Address
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.utility import profile
from chalicelib.files.time_zones import time_zone
from chalicelib.yaml_documents.complaints import checked, plainly
from chalicelib.yaml_documents.fields import Day, Section, listed, refuse
from chalicelib.yaml_documents.problems import InvalidDocument
from chalicelib.yaml_documents.source import Kind, Source

_NOT_DRAWN = re.compile(r"<script|href|<foreignobject|url\(|<!|<\?|\son\w+\s*=", re.IGNORECASE)
_LINK_PARTS = {"account": "1", "bill": "1", "amount": "1"}


class InvalidProfile(InvalidDocument):
    """A profile cannot be used; `problems` lists everything found, in the order of the file."""


_PROFILE = Kind(
    no_mapping="a utility's profile is a mapping: begin with `format: headgate/utility@1`",
    refused=InvalidProfile,
)


def _zone(name: str) -> str:
    return time_zone(name).key


def _link(text: str) -> str:
    try:
        text.format(**_LINK_PARTS)
    except (KeyError, IndexError, ValueError):
        raise refuse("may hold {account}, {bill} and {amount}, and no other braces") from None
    if not text.startswith("https://"):
        raise refuse("must begin with https://")
    return text


def _drawing(text: str) -> str:
    if text and not text.lstrip().lower().startswith("<svg"):
        raise refuse("must be one <svg> element")
    if _NOT_DRAWN.search(text):
        raise refuse("may hold shapes and texts alone: no script, link, style address or event")
    return text


_LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
_CODE = r"^[a-z0-9][a-z0-9_-]{0,39}$"
_COUNTRY = r"^[A-Z]{2}$"
_COLOR = r"^#[0-9a-fA-F]{6}$"
_WORDS = {
    _LANGUAGE: "{value} is no language: write its tag, such as en or es-MX",
    _CODE: "{value} is no code: write small letters, digits, - and _, such as past_due",
    _COUNTRY: "{value} is no country: write its two capital letters, such as US",
    _COLOR: "{value} is no color: write # and six digits 0-9 and a-f, such as #0b5c7a",
}

_Text = Annotated[str, Field(min_length=1, max_length=2_000)]
_Language = Annotated[str, Field(pattern=_LANGUAGE)]
_LocalText = dict[_Language, _Text]
_Code = Annotated[str, Field(pattern=_CODE)]


class AddressPart(Section):
    """A postal address."""

    lines: Annotated[tuple[_Text, ...], BeforeValidator(listed), Field(min_length=1, max_length=4)]
    city: _Text
    region: str = ""
    postal_code: str = ""
    country: Annotated[str, Field(pattern=_COUNTRY)] = "US"

    def address(self) -> Address:
        """The domain's address."""
        return Address(**self.model_dump())


class RulePart(Section):
    """When something goes on, or along with, a bill."""

    when: Annotated[tuple[profile.Circumstance, ...], BeforeValidator(listed)] = (
        profile.Circumstance.ALWAYS,
    )
    start: Day | None = None
    end: Day | None = None
    services: Annotated[tuple[ServiceType, ...], BeforeValidator(listed)] = ()
    cycles: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.start and self.end and self.end <= self.start:
            raise refuse("is not after the start: write the first day without it", "end")
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


class BrandPart(Section):
    """How the utility looks."""

    color: Annotated[str, Field(pattern=_COLOR)] = "#0b5394"
    logo_svg: Annotated[str, AfterValidator(_drawing)] = ""


class ContactsPart(Section):
    """How customers reach the utility."""

    office: AddressPart
    phone: _Text
    email: _Text
    website: _Text
    emergency_phone: str = ""
    hours: _LocalText | None = None


class OptionPart(Section):
    """One way to pay."""

    code: _Code
    title: _LocalText
    text: _LocalText


class RemittancePart(Section):
    """Where money goes."""

    payable_to: _Text
    address: AddressPart
    pay_url: Annotated[str, AfterValidator(_link)]
    options: tuple[OptionPart, ...] = ()


class ProfileDocument(Section):
    """One utility."""

    format: Literal["headgate/utility@1"]
    name: _Text
    time_zone: Annotated[str, AfterValidator(_zone)]
    languages: Annotated[tuple[_Language, ...], BeforeValidator(listed), Field(min_length=1)]
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
                raise refuse(f"says nothing in {', '.join(missing)}: add it", *where)
        return self

    @model_validator(mode="after")
    def _calls_nothing_the_same(self) -> Self:
        coded: dict[str, tuple[MessagePart | InsertPart, ...]]
        coded = {"messages": self.messages, "inserts": self.inserts}
        for field, parts in coded.items():
            codes = [part.code for part in parts]
            for place, code in enumerate(codes):
                if code in codes[:place]:
                    raise refuse(f"{code} is there already: codes are unique", field, place, "code")
        return self

    def _texts(self) -> Iterator[tuple[tuple[str | int, ...], _LocalText]]:
        if self.contacts.hours:
            yield ("contacts", "hours"), self.contacts.hours
        for place, option in enumerate(self.remittance.options):
            yield ("remittance", "options", place, "title"), option.title
            yield ("remittance", "options", place, "text"), option.text
        for place, message in enumerate(self.messages):
            yield ("messages", place, "title"), message.title
            yield ("messages", place, "text"), message.text


def load_utility_profile(path: Path) -> profile.UtilityProfile:
    """The profile in a YAML file. Raises InvalidProfile with file, line and cause of every problem."""
    document = checked(Source.of(path, kind=_PROFILE), ProfileDocument, tell=partial(plainly, own=_WORDS))
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
