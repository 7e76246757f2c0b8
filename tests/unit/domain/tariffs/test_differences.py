"""What differs between two versions, in words; and nothing that differs goes unmentioned."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.tariffs.differences import Difference, differences
from chalicelib.tariff_documents.load import load_tariff, load_tariff_files

SAMPLES = Path(__file__).parents[4] / "samples"
DOCUMENTS = [
    json.loads(loaded.canonical)
    for loaded in load_tariff_files(
        [*(SAMPLES / "tariffs").glob("*.yaml"), *(SAMPLES / "riverbend" / "tariffs").glob("*.yaml")]
    )
]

TARIFF = """
tariff: R-1
version: 1
name: Residential
service_type: water
currency: USD
effective_from: 2026-01-01
effectivity: service_day
usage: {unit: ccf, step: 1, rounding: down}
determinants:
  meter_size: {kind: choice, label: Meter size}
  zone: {kind: choice, default: inside}
  tax_exempt: {kind: flag, default: "no"}
charges:
  - {type: service_charge, code: SVC, label: Service, gl_account: "4010", fund: water, charge_group: water,
     amount: {by: [meter_size, zone], values: {5/8: {inside: 12.35, outside: 18.5}, "1": {inside: 20}}}}
  - {type: commodity_tiered, code: WATER, label: Water, gl_account: "4011", fund: water, charge_group: water,
     start_is: boundary, tiers: [{from: 0, rate: 2.94}, {from: 7, rate: 4.20}]}
  - {type: tax, code: CITY, label: City tax, gl_account: "2410", fund: general, charge_group: tax,
     base: [SVC, WATER], percent: 5, unless: tax_exempt}
"""


def said(*replacements: tuple[str, str], before: str = TARIFF) -> list[str]:
    after = before
    for old, new in replacements:
        assert old in after
        after = after.replace(old, new)
    return [one.words for one in compared(before, after)]


def compared(before: str, after: str) -> tuple[Difference, ...]:
    return differences(*(json.loads(load_tariff(text, file="test").canonical) for text in (before, after)))


def test_a_version_does_not_differ_from_itself() -> None:
    assert said() == []


def test_a_figure_is_told_with_the_key_it_stands_under_and_its_change_in_percent() -> None:
    assert said(("inside: 12.35", "inside: 13.1")) == [
        "Service charge SVC, meter size 5/8, zone inside: 12.35 → 13.10 (+6.1%)"
    ]
    assert said(("percent: 5", "percent: 4.75")) == ["Tax CITY: 5 → 4.75 (-5.0%)"]


def test_keys_of_a_table_come_and_go() -> None:
    assert said(('"1": {inside: 20}', '"2": {inside: 40}')) == [
        "Service charge SVC, meter size 2, zone inside is new: 40.00",
        "Service charge SVC, meter size 1, zone inside is gone (was 20.00)",
    ]


def test_a_key_that_is_only_spelled_anew_is_told_as_such() -> None:
    assert said(('"1": {inside: 20}', '"1.0": {inside: 20}')) == [
        "Service charge SVC, meter size 1.0, zone inside was written 1, inside"
    ]


def test_a_table_that_is_looked_up_by_something_else() -> None:
    words = said(
        ("by: [meter_size, zone], values: {5/8: {inside: 12.35, outside: 18.5}, \"1\": {inside: 20}}",
         "by: [zone], values: {inside: 12.35}"),
    )  # fmt: skip
    assert words[0] == "Service charge SVC, looked up by is now zone (was meter_size, zone)"
    assert "Service charge SVC, zone inside is new: 12.35" in words
    assert "Service charge SVC, meter size 5/8, zone outside is gone (was 18.50)" in words


def test_a_table_in_place_of_a_figure() -> None:
    assert said(("rate: 2.94", "rate: {by: zone, values: {inside: 3, outside: 4}}")) == [
        "Tier 1 of WATER is now by zone (inside 3.00, outside 4.00) (was 2.94)"
    ]


def test_tiers_go_by_their_number() -> None:
    assert said(("from: 7", "from: 8")) == ["Tier 2 of WATER now starts at 8 (was 7)"]
    assert said(("rate: 4.20", "rate: 4.5")) == ["Tier 2 of WATER: 4.20 → 4.50 (+7.1%)"]
    assert said(("{from: 7, rate: 4.20}", "{from: 7, rate: 4.20}, {from: 20, rate: 6}")) == [
        "Tier 3 of WATER is new: from 20 at 6.00"
    ]
    assert said((", {from: 7, rate: 4.20}", "")) == ["Tier 2 of WATER is gone (was from 7 at 4.20)"]


STEPS = TARIFF.replace(
    "commodity_tiered, code: WATER, label: Water, gl",
    "commodity_stepped, code: WATER, label: Water, gl",
).replace(
    "tiers: [{from: 0, rate: 2.94}, {from: 7, rate: 4.20}]",
    "steps: [{from: 0, amount: 20}, {from: 7, amount: 35, rate: 4.20, included: 7}, {from: 15, rate: 5}]",
)


def test_steps_go_by_their_number_and_say_which_of_their_prices() -> None:
    told = {
        ("from: 7", "from: 8"): ["Step 2 of WATER now starts at 8 (was 7)"],
        ("amount: 20", "amount: 21"): ["Step 1 of WATER: 20.00 → 21.00 (+5.0%)"],
        ("amount: 35", "amount: 36.75"): ["Step 2 of WATER, amount: 35.00 → 36.75 (+5.0%)"],
        ("rate: 4.20", "rate: 4.5"): ["Step 2 of WATER, rate: 4.20 → 4.50 (+7.1%)"],
        ("included: 7", "included: 6"): ["Step 2 of WATER, included: 7 → 6"],
        ("amount: 20", "amount: 20, rate: 1.5"): ["Step 1 of WATER, rate is new: 1.50"],
        ("amount: 20", "rate: 2.5"): [
            "Step 1 of WATER, rate is new: 2.50",
            "Step 1 of WATER, amount is gone (was 20.00)",
        ],
        (", {from: 15, rate: 5}", ""): ["Step 3 of WATER is gone (was from 15 at 5.00)"],
    }
    for replacement, words in told.items():
        assert said(replacement, before=STEPS) == words
    again = said(("{from: 15, rate: 5}", "{from: 15, amount: 60, rate: 5, included: 15}"), before=STEPS)
    assert again == ["Step 3 of WATER, amount is new: 60.00", "Step 3 of WATER, included is new: 15"]


def test_tiers_that_become_steps_are_told_in_whole() -> None:
    told = [one.words for one in compared(TARIFF, STEPS)]
    assert told == [
        "Step rate WATER, steps is new: from 0 for 20.00; from 7 for 35.00 and at 4.20, included 7; "
        "from 15 at 5.00",
        "Step rate WATER, type: commodity_tiered → commodity_stepped",
        "Step rate WATER, tiers is gone (was from 0 at 2.94; from 7 at 4.20)",
    ]


def test_a_new_charge_says_all_there_is_to_it_and_where_it_stands() -> None:
    debt = (
        "  - {type: percent_surcharge, code: DEBT, label: Debt service, gl_account: '4090', fund: debt,\n"
        "     charge_group: water, base: [SVC, WATER], percent: 3.5}\n  - {type: tax, code: CITY"
    )
    taken_on = "base: [SVC, WATER], percent: 5", "base: [SVC, WATER, DEBT], percent: 5"
    assert said(("  - {type: tax, code: CITY", debt), taken_on) == [
        "Charge DEBT is new, after WATER: 3.5% of SVC, WATER, charge group water, fund debt, "
        "GL account 4090, label “Debt service”, type percent_surcharge",
        "Tax CITY is now also taken on DEBT",
    ]  # fmt: skip


def test_a_charge_that_is_gone_and_what_was_taken_on_it() -> None:
    charge = TARIFF[TARIFF.index("  - {type: service_charge") : TARIFF.index("  - {type: commodity_tiered")]
    assert said((charge, ""), ("base: [SVC, WATER]", "base: [WATER]")) == [
        "Tax CITY is no longer taken on SVC",
        "Service charge SVC is gone",
    ]


def test_whom_a_charge_spares() -> None:
    assert said((", unless: tax_exempt", "")) == ["Tax CITY no longer exempts tax_exempt"]
    assert said(("unless: tax_exempt", "only_if: tax_exempt")) == [
        "Tax CITY now applies only where tax_exempt is yes",
        "Tax CITY no longer exempts tax_exempt",
    ]


def test_another_order_of_rating() -> None:
    service = TARIFF[TARIFF.index("  - {type: service_charge") : TARIFF.index("  - {type: commodity_tiered")]
    water = TARIFF[TARIFF.index("  - {type: commodity_tiered") : TARIFF.index("  - {type: tax")]
    assert said((service + water, water + service)) == [
        "Charges are rated in another order: now WATER, SVC, CITY (was SVC, WATER, CITY)"
    ]


def test_things_whose_order_counts_are_told_to_stand_in_another_one() -> None:
    one, other = (
        {"a": {"formula": "1"}, "b": {"formula": "2"}},
        {"b": {"formula": "2"}, "a": {"formula": "1"}},
    )
    assert [found.words for found in differences({"formulas": one}, {"formulas": other})] == [
        "Formulas in another order: now b, a (was a, b)"
    ]


def test_determinants_and_whatever_else_a_version_says() -> None:
    assert said(("zone: {kind: choice, default: inside}", "zone: {kind: choice}")) == [
        "Determinant zone, default is gone (was inside)"
    ]
    assert said(
        ("effective_from: 2026-01-01", "effective_from: 2026-07-01"), ("version: 1", "version: 2")
    ) == [
        "In force from 2026-07-01 (was 2026-01-01)",
        "Version: 1 → 2",
    ]
    assert said(("step: 1,", "step: 0.01,")) == ["Usage, step: 1 → 0.01"]
    assert said(("currency: USD\n", "currency: USD\nrounding: half_even\n")) == ["Rounding is new: half_even"]


def test_what_has_no_words_of_its_own_goes_by_its_name() -> None:
    """Kinds of charges and fields that nobody has thought of here."""
    before = {"charges": [{"code": "FEE", "type": "late_fee", "quantity": {"at_most": "10"}}]}
    after = {
        "charges": [{"code": "FEE", "type": "late_fee", "quantity": {"at_most": "12"}, "per": ["a", "b"]}],
        "formulas": {"budget": {"formula": "1.25 * et", "round": {"to": "1", "rule": "half_even"}}},
    }
    found = {one.where: one.words for one in differences(before, after)}
    assert found == {
        "charges[FEE].quantity.at_most": "Late fee FEE, quantity, at most: 10 → 12",
        "charges[FEE].per": "Late fee FEE, per is new: a, b",
        "formulas.budget": "Formula budget is new: formula “1.25 * et”, round to 1, rule half_even",
    }


# --- nothing goes unmentioned ---

_SCALARS = st.one_of(
    st.text(max_size=5), st.integers(-9, 9), st.booleans(), st.none(), st.sampled_from(["1", "1.0", "2.5"])
)
_ANYTHING = st.one_of(
    _SCALARS, st.lists(_SCALARS, max_size=3), st.dictionaries(st.text(max_size=4), _SCALARS, max_size=3)
)


def places_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document: keys of mappings, indexes of lists."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places_in(inner, (*path, key))


def spoken_path(path: tuple[Any, ...], document: Any) -> tuple[str, ...]:
    """A place as differences name it: charges by code, other things in lists by their number from 1."""
    named: list[str] = []
    value = document
    for key in path:
        value = value[key]
        if isinstance(key, int):
            in_charges = named == ["charges"] and isinstance(value, dict)
            named.append(str(value.get("code")) if in_charges else str(key + 1))
        else:
            named.append(str(key))
    return tuple(named)


@st.composite
def mutations(draw: st.DrawFn) -> tuple[Any, Any, tuple[str, ...]]:
    """A document, the same with one thing in it changed, added, taken out or moved, and where that is."""
    before = draw(st.sampled_from(DOCUMENTS))
    after = copy.deepcopy(before)
    path = draw(st.sampled_from(list(places_in(before))))
    holder = after
    for key in path[:-1]:
        holder = holder[key]
    last = path[-1]
    kind = draw(st.sampled_from(["change", "remove", "add", "swap"]))
    if kind == "change":
        holder[last] = draw(_ANYTHING)
    elif kind == "remove":
        del holder[last]
    elif isinstance(holder, dict):
        holder[draw(st.text(min_size=1, max_size=6))] = draw(_ANYTHING)
        path = path[:-1]
    elif kind == "add":
        holder.insert(last, draw(_ANYTHING))
        path = path[:-1]
    else:
        other = draw(st.integers(0, len(holder) - 1))
        holder[last], holder[other] = holder[other], holder[last]
        path = path[:-1]
    return before, after, spoken_path(path, before)


@settings(max_examples=400, deadline=None)
@given(mutations())
def test_nothing_that_differs_goes_unmentioned(mutation: tuple[Any, Any, tuple[str, ...]]) -> None:
    before, after, place = mutation
    found = differences(before, after)
    if json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True):
        assert found == ()
        return
    paths = [tuple(map(str, one.path)) for one in found]
    assert any(path[: len(place)] == place or place[: len(path)] == path for path in paths), (place, found)
    assert all(one.words.strip() for one in found)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(DOCUMENTS), st.sampled_from(DOCUMENTS))
def test_the_other_way_round_tells_of_the_same_places(one: Any, other: Any) -> None:
    forth = {where.path for where in differences(one, other)}
    back = {where.path for where in differences(other, one)}
    assert {path[:2] for path in forth} == {path[:2] for path in back}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: f"{one['tariff']}@{one['version']}")
def test_against_nothing_everything_is_new(document: Any) -> None:
    found = differences({}, document)
    assert {one.path[0] for one in found} == set(document)
    assert all(" is new" in one.words for one in found)
