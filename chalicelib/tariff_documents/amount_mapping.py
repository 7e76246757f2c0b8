"""From checked amounts and quantities to the domain's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chalicelib.domain.tariffs.amounts import ANYTHING, MICRO, Amount, Cell, Formula, Key, Table
from chalicelib.domain.tariffs.charges.quantity import METERED, QuantityRule
from chalicelib.domain.tariffs.ranges import Range
from chalicelib.tariff_documents import fields
from chalicelib.tariff_documents.charge_sections import QuantitySection
from chalicelib.tariff_documents.expressions import parse_expression


def to_formula(section: fields.FormulaSection) -> Formula:
    """The formula of a section whose text was parsed before."""
    expression = parse_expression(section.formula)
    if section.round is None:
        return Formula(expression, MICRO)
    return Formula(expression, section.round.to, section.round.rule)


def to_amount(field: Decimal | fields.FormulaSection | fields.TableSection) -> Amount:
    """A figure, a formula or a table."""
    if isinstance(field, fields.TableSection):
        rows = {tuple(map(_key, key)): _cell(cell) for key, cell in field.rows().items()}
        return Table(tuple(field.by), rows)
    return _cell(field)


def to_optional(field: Decimal | fields.FormulaSection | fields.TableSection | None) -> Amount | None:
    """The same, where there is one."""
    return None if field is None else to_amount(field)


def to_quantity(section: QuantitySection | None) -> QuantityRule:
    """What is made of the metered quantity."""
    if section is None:
        return METERED
    rule = QuantityRule(
        instead=to_optional(section.instead),
        share=to_optional(section.share),
        at_most=to_optional(section.at_most),
        at_least=to_optional(section.at_least),
        included=to_optional(section.included),
    )
    return (
        rule if section.round is None else replace(rule, multiple=section.round.to, rule=section.round.rule)
    )


def _cell(cell: fields.Cell) -> Cell:
    return cell if isinstance(cell, Decimal) else to_formula(cell)


def _key(text: str) -> Key:
    return ANYTHING if text == "*" else Range.parse(text) or text
