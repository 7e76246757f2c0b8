"""What fields of tariff documents take: figures, formulas, tables, codes, days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PlainSerializer,
    StringConstraints,
    Tag,
    WithJsonSchema,
    model_validator,
)
from typing_extensions import TypeAliasType

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.month_day import MonthDay
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.determinants import table_key
from chalicelib.domain.tariffs.expressions.compiled import UnfitValue, compile_expression
from chalicelib.tariff_documents.expression_mistakes import InvalidExpression
from chalicelib.tariff_documents.expressions import parse_expression
from chalicelib.yaml_documents.fields import Section, listed, refuse

_MOST_KEYS = 8


def _unit(value: object) -> object:
    try:
        return Unit.parse(value) if isinstance(value, str) else value
    except Refusal as refusal:
        raise refuse(refusal.message) from None


def _expression(text: str) -> str:
    try:
        compile_expression(parse_expression(text))
    except (InvalidExpression, UnfitValue) as unsound:
        raise refuse(unsound.message) from None
    return text


def _day_of_year(value: object) -> object:
    found = MonthDay.parse(value) if isinstance(value, str) else value
    if not isinstance(found, MonthDay):
        raise refuse(f"{value!r} is no day of a year: write MM-DD, such as 12-01")
    return found


def _shortest(value: Decimal) -> str:
    return f"{value.normalize():f}"


Figure = Annotated[Decimal, Field(max_digits=24), PlainSerializer(_shortest, return_type=str)]
Step = Annotated[Figure, Field(gt=0)]
WaterUnit = Annotated[Unit, BeforeValidator(_unit)]
CODE_PATTERN = r"^[A-Z0-9][A-Z0-9._-]*$"
CURRENCY_PATTERN = r"^[A-Z]{3}$"
NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN, max_length=40)]
Currency = Annotated[str, StringConstraints(pattern=CURRENCY_PATTERN)]
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Days = Annotated[int, Field(ge=1, le=400)]
DayOfYear = Annotated[
    MonthDay,
    BeforeValidator(_day_of_year),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d\d-\d\d$", "examples": ["12-01"]}),
]
Bases = Annotated[list[Code], Field(min_length=1)]
ExpressionText = Annotated[str, StringConstraints(min_length=1), AfterValidator(_expression)]


class RoundingSection(Section):
    """To a multiple of `to`, under `rule`."""

    to: Step = Field(description="The step: 1 for whole numbers, 0.01 for hundredths, 100 for hundreds.")
    rule: RoundingRule = Field(
        default=RoundingRule.HALF_UP, description="Where it goes from between two steps."
    )


class FormulaSection(Section):
    """A number worked out from determinants; rounded half up to a millionth, or as `round` says."""

    formula: ExpressionText = Field(description="What to compute, in the language of formulas.")
    round: RoundingSection | None = Field(
        default=None, description="How the result is rounded, where not half up to a millionth."
    )

    @model_validator(mode="before")
    @classmethod
    def _is_whole(cls, value: object) -> object:
        """Within braces a comma ends a text, and what follows it reads as names without values."""
        if isinstance(value, Mapping) and any(
            cut == "" and not re.match(NAME_PATTERN, str(key)) for key, cut in value.items()
        ):
            raise refuse("a comma within { } ends the formula: put the formula in quotes", "formula")
        return value


def _is_formula(value: object) -> bool:
    return isinstance(value, FormulaSection) or (isinstance(value, Mapping) and "formula" in value)


# Tags stand in the paths of errors: none may be the name of a field, or of a key in a table.
FIGURE_TAG, _FORMULA_TAG, _TABLE_TAG, _VALUES_TAG = "(figure)", "(formula)", "(table)", "(values)"


def _cell_tag(value: object) -> str:
    if _is_formula(value):
        return _FORMULA_TAG
    return _VALUES_TAG if isinstance(value, Mapping) else FIGURE_TAG


def _amount_tag(value: object) -> str:
    if _is_formula(value):
        return _FORMULA_TAG
    return _TABLE_TAG if isinstance(value, Mapping | Section) else FIGURE_TAG


_Figure = Annotated[Figure, Tag(FIGURE_TAG)]
_Formula = Annotated[FormulaSection, Tag(_FORMULA_TAG)]
Cell = Decimal | FormulaSection
if TYPE_CHECKING:
    Cells = dict[str, Any]  # mypy has no recursive aliases with annotations
else:
    Cells = TypeAliasType(
        "Cells",
        dict[
            str,
            Annotated[_Figure | _Formula | Annotated["Cells", Tag(_VALUES_TAG)], Discriminator(_cell_tag)],
        ],
    )
"""Cells by key, as many levels deep as the table has names."""


class TableSection(Section):
    """Figures looked up by one or more determinants, `values` nested in the order of `by`.

    A key is a text, a range of numbers (`up to 10`, `over 10 to 25`, `over 25`), or `*` for all others.
    """

    by: Annotated[
        list[Name],
        Field(
            min_length=1,
            max_length=_MOST_KEYS,
            description="The determinants, or formulas with a name, that figures are looked up by.",
        ),
        BeforeValidator(listed),
    ]
    values: Annotated[
        Cells,
        Field(min_length=1, description="A figure, or a formula, under one key for each name in `by`."),
    ]

    @model_validator(mode="after")
    def _is_even(self) -> TableSection:
        seen: set[tuple[str, ...]] = set()
        for path, cell in _leaves(self.values):
            key = tuple(map(table_key, path))
            if cell is None or len(key) != len(self.by):
                names = ", then ".join(self.by)
                raise refuse(f"a figure stands under one key each of {names}: nest it so", "values", *path)
            if key in seen:
                raise refuse(f"{' / '.join(key)} is there already: keep one of them", "values", *path)
            seen.add(key)
        return self

    def rows(self) -> dict[tuple[str, ...], Cell]:
        """The cells by key, one text per name in `by`."""
        return {tuple(map(table_key, path)): cell for path, cell in _leaves(self.values) if cell is not None}


def _leaves(
    values: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Cell | None]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, key)) if value else [((*path, key), None)]
        else:
            yield (*path, key), value


if TYPE_CHECKING:
    AmountField = Decimal | FormulaSection | TableSection
else:
    AmountField = TypeAliasType(
        "Amount",
        Annotated[
            _Figure | _Formula | Annotated[TableSection, Tag(_TABLE_TAG)],
            Discriminator(_amount_tag),
            Field(description="A figure, a formula, or a table of them."),
        ],
    )
"""Named in the schema: an editor says once what an amount is, not for every field that takes one."""
