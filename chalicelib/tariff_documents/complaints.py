"""The schema's complaints in the words of whoever writes rates."""

from __future__ import annotations

from pydantic_core import ErrorDetails

from chalicelib.tariff_documents.expression_mistakes import InvalidExpression
from chalicelib.tariff_documents.expressions import parse_expression
from chalicelib.tariff_documents.fields import CODE_PATTERN, CURRENCY_PATTERN, FIGURE_TAG, NAME_PATTERN
from chalicelib.yaml_documents.complaints import NOT_A_NUMBER, plainly

_WORDS = {
    "union_tag_invalid": "{tag!r} is not a type of charge: write one of {expected_tags}",
    "union_tag_not_found": "a charge needs a type, such as service_charge or commodity_tiered: add it",
    CODE_PATTERN: "{value} is no code: write capital letters and digits, such as R-1",
    CURRENCY_PATTERN: "{value} is no currency: write its three letters, such as USD",
    NAME_PATTERN: "{value} is no name: write small letters, digits and _, such as meter_size",
}


def tell(detail: ErrorDetails) -> str:
    """One complaint in words."""
    said, value = plainly(detail, _WORDS), detail["input"]
    if detail["type"] in NOT_A_NUMBER and FIGURE_TAG in detail["loc"] and _computes(value):
        return f"{said}, or a formula: {{formula: {value}}}"
    return said


def _computes(value: object) -> bool:
    """Whether what stands for a figure was meant as a formula."""
    try:
        parse_expression(str(value))
    except InvalidExpression:
        return False
    return True
