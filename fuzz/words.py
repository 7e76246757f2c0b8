"""What stands in documents: names that fit together, usual and unusual figures, and pieces of broken text."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = {
    "choice": ("meter_size", "zone"),
    "count": ("dwelling_units",),
    "number": ("budget", "winter_average", "baseline"),
    "flag": ("low_income", "tax_exempt"),
    "event": ("reconnected", "paid_late"),
}
"""Determinants that documents declare, by kind."""

NUMBERS = (*NAMES["number"], *NAMES["count"])

choices, flags, numbers, events = map(
    st.sampled_from, (NAMES["choice"], NAMES["flag"], NUMBERS, NAMES["event"])
)
names = st.sampled_from([name for some in NAMES.values() for name in some] + ["season", "month", "nobody"])


def _any_of(words: str, *more: str) -> st.SearchStrategy[str]:
    return st.sampled_from([*words.split(), *more])


codes = _any_of("SVC WATER C0 C1 C2 C3")
figures = _any_of(
    "0 1 2.94 3.085 6 7 15 100 0.001 0.5 -0.5 33.3333 1e3 1E-7 999999999999999999999999 00.10 -0"
)
keys = _any_of("5/8 1 1.50 inside outside summer * yes 3", "up to 10", "over 10 to 25", "over 25")
labels = _any_of("Water 4010 Größe € % {} {value}", "section 2")
days_of_year = _any_of("01-01 05-01 10-01 02-29 13-01 5-1")
days = _any_of("2026-01-01 2026-06-20 2027-01-01 2024-02-29 1900-01-01")
scalars = figures | _any_of(
    """~ null nan inf -inf 1e999999999 1e-999999999 0x10 1_000 ١٢ ½ yes NO on 2026-02-30 0000-00-00 9999-12-31
    ccf gal {value} %s Infinity sNaN 1/0 2026-01-01T00:00:00""",
    *("", " ", "\x00", "\ud7ff", "\u2028", "9" * 60, "0." + "0" * 60 + "1", "a" * 300),
)
snippets = _any_of(
    "&a *a - ? : { } [ ] ' \" # --- ... !x !!float @ ` ~ \\ | > é \ufeff \U0001f4a7",
    *("\t", " ", "\n", "- ", "? ", ": ", "|\n", ">\n", "---\n", "...\n", "%YAML 9.9\n", "<<: *a", "&a "),
    *("!!python/object/apply:os.system [x]", "\x00", "\x85", "\u2028", "\r", "1" * 40, "[" * 60, "{a: " * 60),
)


@st.composite
def mistyped(
    draw: st.DrawFn, texts: st.SearchStrategy[str], pieces: st.SearchStrategy[str], *, most: int
) -> str:
    """One of `texts` with up to `most` characters at a place or three taken out, doubled or replaced."""
    text = draw(texts)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + most)))
        text = text[:start] + draw(st.just("") | st.just(text[start:end] * 2) | pieces) + text[end:]
    return text
