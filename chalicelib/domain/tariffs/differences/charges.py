"""Words for what happens to charges: new ones, their order, what they are taken on and whom they spare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.domain.tariffs.differences.difference import ABSENT, Difference, Place, Way
from chalicelib.domain.tariffs.differences.words import spoken


def new_charge(
    place: Place, code: str, charges: Mapping[str, Mapping[str, Any]], *, currency: str
) -> Difference:
    """A charge that was not there, with all it says and its place in the order of rating."""
    codes = list(charges)
    before = codes.index(code)
    follows = f"after {codes[before - 1]}" if before else "first"
    said = {key: value for key, value in charges[code].items() if key != "code"}
    words = f"Charge {code} is new, {follows}: {spoken(said, field='', currency=currency)}"
    return Difference((*place.path, code), words, ABSENT, charges[code])


def order_of(place: Place, before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    """Whether the things that stay are in another order."""
    old = [code for code in before if code in after]
    new = [code for code in after if code in before]
    if old != new:
        yield Difference(
            place.path,
            f"{place.name} in another order: now {', '.join(new)} (was {', '.join(old)})",
            old,
            new,
        )


def taken_on(name: str) -> Way:
    """What a percentage, minimum or discount is taken on."""

    def way(place: Place, before: Any, after: Any) -> Iterator[Difference]:
        old, new = (one if isinstance(one, list) else [] for one in (before, after))
        if not old or not new:
            return
        more = [code for code in new if code not in old]
        less = [code for code in old if code not in new]
        told = []
        if more:
            told.append(f"is now also taken on {', '.join(map(str, more))}")
        if less:
            told.append(f"is no longer taken on {', '.join(map(str, less))}")
        if not told:
            told.append(f"is taken on {', '.join(map(str, new))}, named in another order")
        yield Difference(place.path, f"{name} {' and '.join(told)}", before, after)

    return way


def under_condition(name: str) -> Way:
    """Where a charge applies: `only_if` a flag is yes, `unless` one is."""

    def way(place: Place, before: Any, after: Any) -> Iterator[Difference]:
        exempts = place.path[-1] == "unless"
        told = []
        if before is not ABSENT:
            told.append(
                f"no longer exempts {before}" if exempts else f"applies not only where {before} is yes"
            )
        if after is not ABSENT:
            told.append(f"now exempts {after}" if exempts else f"now applies only where {after} is yes")
        yield Difference(place.path, f"{name} {' and '.join(told)}", before, after)

    return way
