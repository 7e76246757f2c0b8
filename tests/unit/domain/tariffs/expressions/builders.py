"""Random expressions: of any shape, and of shapes whose kinds fit together."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.determinants import DeterminantKind
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

DECLARED = {
    "budget": DeterminantKind.NUMBER,
    "units": DeterminantKind.COUNT,
    "season": DeterminantKind.CHOICE,
    "meter_size": DeterminantKind.CHOICE,
    "low_income": DeterminantKind.FLAG,
}

figures = st.decimals("0", "99999999999", places=4).map(Number)
texts = st.text(st.characters(exclude_characters="\n'\"", exclude_categories=["Cs"]), max_size=8).map(Text)
names = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True).filter(
    lambda name: name not in {"min", "max", "round", "if", "and", "or", "not"}
)


def _combined(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Negation, inner),
        st.builds(Inversion, inner),
        st.builds(Arithmetic, st.sampled_from(Sign), inner, inner),
        st.builds(Comparison, st.sampled_from(Relation), inner, inner),
        st.builds(Logic, st.sampled_from(Junction), inner, inner),
        st.builds(Extreme, st.sampled_from(End), several),
        st.builds(Rounded, inner, st.sampled_from(PLACES), st.sampled_from(RoundingRule)),
        st.builds(Choice, inner, inner, inner),
    )


anything: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(figures, texts, names.map(Name)), _combined, max_leaves=12
)
"""Expressions of any shape: they can be written, and need not make sense."""


def _sensible(numbers: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(numbers, min_size=1, max_size=3).map(tuple)
    equalities = st.sampled_from([Relation.EQUAL, Relation.UNEQUAL])
    truths = st.one_of(
        st.just(Name("low_income")),
        st.builds(Comparison, st.sampled_from(Relation), numbers, numbers),
        st.builds(Comparison, equalities, st.just(Name("season")), texts | st.just(Text("summer"))),
    )
    truths = truths | st.builds(Inversion, truths)
    truths = truths | st.builds(Logic, st.sampled_from(Junction), truths, truths)
    return st.one_of(
        st.builds(Negation, numbers),
        st.builds(Arithmetic, st.sampled_from(Sign), numbers, numbers),
        st.builds(Extreme, st.sampled_from(End), several),
        st.builds(Rounded, numbers, st.sampled_from(PLACES), st.sampled_from(RoundingRule)),
        st.builds(Choice, truths, numbers, numbers),
    )


sensible: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(figures, st.sampled_from([Name("budget"), Name("units")])), _sensible, max_leaves=10
)
"""Expressions that give a number, where names are as DECLARED."""

agreements = st.fixed_dictionaries(
    {
        "budget": st.decimals("-1000", "1000", places=3),
        "units": st.integers(1, 400).map(Decimal),
        "season": st.sampled_from(["summer", "winter"]),
        "meter_size": st.sampled_from(["5/8", "1", "1.5"]),
        "low_income": st.booleans(),
    }
)
