"""The grammar of formulas. The way in is `expressions.parse_expression`, which also bounds their size."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from itertools import takewhile
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken, v_args

from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.expressions.syntax import (
    PLACES,
    Arithmetic,
    Choice,
    Comparison,
    End,
    Expression,
    Extreme,
    Inversion,
    Junction,
    Logic,
    Name,
    Negation,
    Number,
    Relation,
    Rounded,
    Sign,
    Text,
)
from chalicelib.tariff_documents.expression_mistakes import (
    InvalidExpression,
    Seen,
    misplaced,
    unknown_character,
)

MOST_DIGITS = 24

GRAMMAR = r"""
?start: either
?either: both           | either OR both            -> joined
?both: inverted         | both AND inverted         -> joined
?inverted: compared     | NOT inverted              -> inversion
?compared: sum          | sum RELATION sum          -> comparison
?sum: product           | sum SUM_SIGN product      -> arithmetic
                        | sum MINUS product         -> arithmetic
?product: signed        | product PRODUCT_SIGN signed -> arithmetic
?signed: value          | MINUS signed              -> negation
?value: "(" either ")"
    | NUMBER                                        -> number
    | TEXT                                          -> text
    | NAME                                          -> name
    | FUNCTION "(" (either ("," either)*)? ")"      -> call

FUNCTION.2: /(min|max|round|if)(?![a-z0-9_])/
AND.2: /and(?![a-z0-9_])/
OR.2: /or(?![a-z0-9_])/
NOT.2: /not(?![a-z0-9_])/
NAME: /[a-z][a-z0-9_]*/
NUMBER: /[0-9]+(\.[0-9]+)?/
TEXT: /"[^"\n]*"|'[^'\n]*'/
RELATION: /<=|>=|!=|<|>|=/
SUM_SIGN: "+"
MINUS: "-"
PRODUCT_SIGN: "*" | "/"
%ignore /\s+/
"""


def read(text: str) -> Expression:
    """The expression that `text` writes, of any size. Raises InvalidExpression."""
    parser = _parser()
    try:
        return cast(Expression, parser.parse(text))  # the builder's result, not a tree
    except UnexpectedCharacters as error:
        position = cast(int, error.pos_in_stream)
        raise InvalidExpression(unknown_character(text, position), column=position + 1) from None
    except UnexpectedToken as error:
        at_end = error.token.type == "$END"
        position = len(text.rstrip()) if at_end else error.token.start_pos or 0
        before = takewhile(lambda token: (token.start_pos or 0) < position, parser.lex(text))
        found = None if at_end else _seen(error.token)
        message = misplaced(
            found, before=[_seen(token) for token in before], value_wanted="NUMBER" in error.expected
        )
        raise InvalidExpression(message, column=position + 1) from None


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="basic", transformer=_Builder())


def _seen(token: Token) -> Seen:
    return Seen(token.type, str(token))


def _column(token: Token) -> int:
    return (token.start_pos or 0) + 1


@v_args(inline=True)
class _Builder(Transformer[Token, Expression]):
    """Makes the nodes while the text is read; no tree is walked afterwards."""

    def number(self, token: Token) -> Number:
        if len(token.replace(".", "")) > MOST_DIGITS:
            raise InvalidExpression(
                f"this number has more than {MOST_DIGITS} digits: shorten it", column=_column(token)
            )
        if token.startswith("0") and token[1:2].isdigit():
            raise InvalidExpression(f"{token} begins with 0: leave that out", column=_column(token))
        return Number(Decimal(token), at=_column(token))

    def text(self, token: Token) -> Text:
        return Text(token[1:-1], at=_column(token))

    def name(self, token: Token) -> Name:
        return Name(str(token), at=_column(token))

    def negation(self, sign: Token, operand: Expression) -> Negation:
        return Negation(operand, at=_column(sign))

    def inversion(self, word: Token, operand: Expression) -> Inversion:
        return Inversion(operand, at=_column(word))

    def arithmetic(self, left: Expression, sign: Token, right: Expression) -> Arithmetic:
        return Arithmetic(Sign(sign), left, right, at=_column(sign))

    def comparison(self, left: Expression, sign: Token, right: Expression) -> Comparison:
        return Comparison(Relation(sign), left, right, at=_column(sign))

    def joined(self, left: Expression, word: Token, right: Expression) -> Logic:
        return Logic(Junction(word), left, right, at=_column(word))

    def call(self, function: Token, *values: Expression) -> Expression:
        at = _column(function)
        if function == "round":
            return _rounded(values, at)
        if function == "if":
            if len(values) != 3:
                message = (
                    f"if takes three values, not {len(values)}: a condition, what holds then, and what else"
                )
                raise InvalidExpression(message, column=at)
            return Choice(*values, at=at)
        if not values:
            raise InvalidExpression(f"{function} of nothing: write {function}(a, b)", column=at)
        return Extreme(End(function), values, at=at)


_RULES = "half_up, half_even, up or down"


def _rounded(values: tuple[Expression, ...], at: int) -> Rounded:
    if len(values) != 3:
        message = f"round takes three values, not {len(values)}: a number, its places, and {_RULES}"
        raise InvalidExpression(message, column=at)
    value, places, rule = values
    if not isinstance(rule, Name) or rule.name not in set(RoundingRule):
        raise InvalidExpression(f"say how to round here: {_RULES}", column=rule.at)
    return Rounded(value, _places(places), RoundingRule(rule.name), at=at)


def _places(written: Expression) -> int:
    sign, number = (-1, written.operand) if isinstance(written, Negation) else (1, written)
    if isinstance(number, Number) and number.value == number.value.to_integral_value():
        places = sign * int(number.value)
        if places in PLACES:
            return places
    message = f"round needs whole places here, written in digits from {PLACES[0]} to {PLACES[-1]}"
    raise InvalidExpression(message, column=written.at)
