"""Reading formulas: from text to the domain's expressions.

The grammar and its library are loaded with the first formula: a tariff without one does not wait for them.
"""

from __future__ import annotations

import re
from itertools import islice

from chalicelib.domain.tariffs.expressions.syntax import (
    Arithmetic,
    Comparison,
    Expression,
    Logic,
    parts_of,
)
from chalicelib.tariff_documents.expression_mistakes import InvalidExpression

MOST_CHARACTERS = 500  # without blanks, so that a formula written canonically is never too long
MOST_NODES = 200
MOST_DEEP = 32

_NAME_PARTS = "give parts of it names as formulas of their own"


def parse_expression(text: str) -> Expression:
    """The expression that `text` writes. Raises InvalidExpression."""
    characters = (column for column, character in enumerate(text, 1) if not character.isspace())
    beyond = next(islice(characters, MOST_CHARACTERS, None), None)
    if beyond is not None:
        message = f"the formula has more than {MOST_CHARACTERS} characters: {_NAME_PARTS}"
        raise InvalidExpression(message, column=beyond)
    _refuse_thousands(text)
    from chalicelib.tariff_documents.expression_grammar import read  # late: it loads the parser library

    return _within_bounds(read(text))


# A comma in a number would silently become two values of min or max.
_THOUSANDS = re.compile(r"""(?P<quoted>"[^"\n]*"|'[^'\n]*')|(?<![\w.])[0-9]{1,3}(,[0-9]{3})+(?![\w])""")


def _refuse_thousands(text: str) -> None:
    for found in _THOUSANDS.finditer(text):
        if found["quoted"] is None:
            joined = found[0].replace(",", "")
            message = f"{found[0]} can be read as one number or several: write {joined}, or a blank after ,"
            raise InvalidExpression(message, column=found.start() + 1)


def _within_bounds(expression: Expression) -> Expression:
    """`expression` itself. Raises InvalidExpression where it is too large or nested too deeply.

    A chain such as a + b + c counts as one level, however long: its left operand is not deeper than itself.
    """
    waiting, seen = [(expression, 1)], 0
    while waiting:
        found, depth = waiting.pop()
        seen += 1
        if depth > MOST_DEEP:
            message = f"is nested more than {MOST_DEEP} deep here: {_NAME_PARTS}"
            raise InvalidExpression(message, column=found.at)
        if seen > MOST_NODES:
            message = f"the formula has more than {MOST_NODES} values and operations: {_NAME_PARTS}"
            raise InvalidExpression(message, column=found.at)
        parts = [(part, depth + 1) for part in parts_of(found)]
        if isinstance(found, Arithmetic | Comparison | Logic):
            parts[0] = (found.left, depth)
        waiting.extend(reversed(parts))
    return expression
