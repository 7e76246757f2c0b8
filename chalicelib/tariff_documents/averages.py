"""Averaging rules as YAML documents (docs/winter-averages.md explains every field)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from chalicelib.domain.averages.rule import (
    AveragingRule,
    BillsIn,
    Default,
    Fallback,
    Method,
    Rounding,
    Window,
)
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.tariff_documents.complaints import tell
from chalicelib.tariff_documents.fields import Code, DayOfYear, Figure, Name, Text, WaterUnit
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from chalicelib.yaml_documents.complaints import checked
from chalicelib.yaml_documents.fields import Section, listed, refuse
from chalicelib.yaml_documents.source import Kind, Source


class InvalidAveragingRule(InvalidTariffDocument):
    """An averaging rule cannot be read; `problems` lists everything found, in the order of the file."""


_RULE = Kind(
    no_mapping="an averaging rule is a mapping: begin with `average: CODE`", refused=InvalidAveragingRule
)


def _default(value: object) -> object:
    """`class_median` stands for itself, `fixed: 6` brings its figure."""
    if isinstance(value, str):
        if value not in set(Fallback) - {Fallback.FIXED}:
            known = ", ".join(one for one in Fallback if one is not Fallback.FIXED)
            message = f"{value!r} is no default: write one of {known}, or {{fixed: FIGURE}}"
            raise refuse(message)
        return {"kind": value}
    return value


NotNegative = Annotated[Figure, Field(ge=0)]


class WindowSection(Section):
    """The season, both days included."""

    first: Annotated[DayOfYear, Field(alias="from")]
    last: Annotated[DayOfYear, Field(alias="to")]
    bills: BillsIn = BillsIn.ENDED_WITHIN
    years: Annotated[int, Field(ge=1, le=10)] = 1
    least_years: Annotated[int, Field(ge=1, le=10)] = 1

    @model_validator(mode="after")
    def _can_be_had(self) -> WindowSection:
        if self.least_years > self.years:
            message = f"{self.least_years} years are needed of {self.years}: ask for fewer"
            raise refuse(message, "least_years")
        return self


class RoundingSection(Section):
    """What the figure is rounded to."""

    step: Annotated[Figure, Field(gt=0)]
    rule: RoundingRule = RoundingRule.HALF_UP


class DefaultSection(Section):
    """What to fall back on: a name, or `fixed` with a figure."""

    kind: Fallback = Fallback.FIXED
    fixed: NotNegative | None = None

    @model_validator(mode="after")
    def _has_its_figure(self) -> DefaultSection:
        if (self.kind is Fallback.FIXED) != (self.fixed is not None):
            raise refuse("a default is a name, or {fixed: FIGURE}")
        return self


class AveragingDocument(Section):
    """One averaging rule."""

    average: Code
    name: Text
    determinant: Name
    service: ServiceType
    usage_of: Annotated[list[ServiceType], BeforeValidator(listed), Field(min_length=1)]
    unit: WaterUnit
    window: WindowSection
    method: Method
    of_bills: Annotated[int, Field(ge=1, le=60)] | None = None
    least_bills: Annotated[int, Field(ge=1, le=60)]
    rounding: RoundingSection
    floor: NotNegative | None = None
    cap: NotNegative | None = None
    default: Annotated[
        list[Annotated[DefaultSection, BeforeValidator(_default)]], BeforeValidator(listed)
    ] = Field(default_factory=list)
    effective: DayOfYear
    tariffs: Annotated[list[Code], Field(default_factory=list)]
    rate_class: Name | None = None
    review_change_percent: NotNegative = Decimal(50)

    @model_validator(mode="after")
    def _makes_sense(self) -> AveragingDocument:
        some = self.method in {Method.LOWEST, Method.HIGHEST}
        if some != (self.of_bills is not None):
            need = f"{self.method} needs to know of how many bills: add it"
            self._refuse("of_bills", need if some else "is for lowest and highest: take it out")
        if self.of_bills is not None and self.of_bills > self.least_bills:
            self._refuse("least_bills", f"is fewer than the {self.of_bills} that are averaged: raise it")
        if self.method.takes_whole_bills and self.window.bills is BillsIn.OVERLAPPING:
            self._refuse("method", f"{self.method} compares whole bills: use a mean, or bills: ended_within")
        if self.floor is not None and self.cap is not None and self.floor > self.cap:
            self._refuse("floor", "is above the cap: exchange them")
        if self.service in self.usage_of and len(self.usage_of) > 1:
            self._refuse("usage_of", f"is either {self.service} itself or what is measured beside it")
        return self

    def _refuse(self, field: str, message: str) -> None:
        raise refuse(message, field)


def load_averaging_rule(path: Path) -> AveragingRule:
    """The rule in a YAML file. Raises InvalidAveragingRule with every problem's line and field."""
    return _checked(Source.of(path, kind=_RULE))


def read_averaging_rule(text: str, *, file: str) -> AveragingRule:
    """The rule that a YAML text describes; `file` is named in problems. Raises InvalidAveragingRule."""
    return _checked(Source(text, file=file, kind=_RULE))


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of averaging rules, for editors."""
    schema = AveragingDocument.model_json_schema(by_alias=True)
    name = {"enum": [one.value for one in Fallback if one is not Fallback.FIXED]}
    figure = {
        "type": "object",
        "properties": {"fixed": schema["$defs"]["DefaultSection"]["properties"]["fixed"]},
        "required": ["fixed"],
        "additionalProperties": False,
    }
    schema["$defs"]["DefaultSection"] = {"anyOf": [name, figure]}
    for field in ("default", "usage_of"):  # one of them need not be a list
        many = schema["properties"][field]
        schema["properties"][field] = {"anyOf": [many["items"], many]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Headgate averaging rule",
    }


def _checked(source: Source) -> AveragingRule:
    document = checked(source, AveragingDocument, tell=tell)
    window = document.window
    return AveragingRule(
        code=document.average,
        name=document.name,
        determinant=document.determinant,
        service=document.service,
        usage_of=tuple(document.usage_of),
        unit=document.unit,
        window=Window(
            first=window.first,
            last=window.last,
            bills=window.bills,
            years=window.years,
            least_years=window.least_years,
        ),
        method=document.method,
        of_bills=document.of_bills or 0,
        least_bills=document.least_bills,
        rounding=Rounding(step=document.rounding.step, rule=document.rounding.rule),
        floor=document.floor,
        cap=document.cap,
        defaults=tuple(Default(kind=one.kind, value=one.fixed) for one in document.default),
        effective=document.effective,
        tariffs=tuple(document.tariffs),
        rate_class=document.rate_class or "",
        review_change_percent=document.review_change_percent,
    )
