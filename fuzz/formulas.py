"""Formulas: sound ones, typing mistakes, and anything."""

from __future__ import annotations

from hypothesis import strategies as st

from fuzz.words import NUMBERS, choices, flags, mistyped

_FIGURES = ("0", "1", "3", "2.94", "748", "100", "0.5", "12.345", "999999999999999999999999", "0.0000001")
_texts = st.sampled_from(['"5/8"', '"1.50"', "'inside'", '"summer"', '"*"', '""'])


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    relations = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
    conditions = st.one_of(
        flags,
        st.builds("{} {} {}".format, inner, relations, inner),
        st.builds("{} = {}".format, choices, _texts),
    )
    conditions |= st.builds("({} {} {})".format, conditions, st.sampled_from(["and", "or"]), conditions)
    conditions |= st.builds("not {}".format, conditions)
    rules = st.sampled_from(["half_up", "half_even", "up", "down"])
    return st.one_of(
        st.builds("({})".format, inner),
        st.builds("-{}".format, inner),
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
        st.builds("round({}, {}, {})".format, inner, st.integers(-7, 13), rules),
        st.builds("if({}, {}, {})".format, conditions, inner, inner),
    )


sound: st.SearchStrategy[str] = st.recursive(st.sampled_from(NUMBERS + _FIGURES), _combined, max_leaves=10)
"""Formulas that give a number, unless they divide by zero or round to places beyond the limits."""

_PIECES = """a budget season 1 0 2.5 007 1,000 1e5 .5 5. + - * / ( ) , < <= > >= = != == ** and or not if min
max round if( min( max( round( half_up up "x" "y ' 1/2" % ^ . _ A É § \x00 “ ” − × $ [ ] { } # @ ` \\ ; :"""
pieces = st.sampled_from([*_PIECES.split(), " ", "\n", "\t", "\u00a0", "\u2028"])
_repeated = st.tuples(pieces | st.sampled_from(["min(a,", "a-(", "- "]), st.integers(1, 300))

formulas: st.SearchStrategy[str] = st.one_of(
    sound,
    mistyped(sound, pieces, most=6),
    st.lists(pieces, max_size=60).map("".join),
    st.text(max_size=40),
    _repeated.map(lambda pair: pair[0] * pair[1]),
)
