"""A rate file that is malformed is refused with the line to look at; one that can be used is not."""

from __future__ import annotations

import pytest

from chalicelib.tariff_documents.owrs.check import check_owrs
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from chalicelib.yaml_documents.problems import Problem

SOUND = """\
# Town of Example
---
metadata:
  effective_date: 01/01/2018
  bill_frequency: Monthly
rate_structure:
  HOME:
    service_charge:
      depends_on: meter_size
      values:
        5/8"   : 13.99
        1|1/2" : 46.60
    tier_starts:
      - 0
      - 16
    tier_prices:
      - 1.14
      - 1.83
    commodity_charge: Tiered
    bill: commodity_charge+service_charge
"""


def problem(text: str) -> Problem:
    with pytest.raises(InvalidTariffDocument) as refused:
        check_owrs(text, file="town.owrs")
    return refused.value.problems[0]


def notes(text: str) -> list[str]:
    return [f"{note.line}: {note.field}: {note.message}" for note in check_owrs(text, file="town.owrs").notes]


def test_the_file_these_tests_break_is_sound() -> None:
    assert notes(SOUND) == []


BROKEN = [
    # bad indentation: the line itself, not where the block began
    ("    tier_starts:", "   tier_starts:", 13, "is indented by 3 blanks, unlike its neighbors"),
    ("    tier_starts:", "     tier_starts:", 13, "indent"),
    (
        "    bill:",
        "      bill:",
        20,
        "mapping values are not allowed here: indent the line as its neighbors are",
    ),
    ("      - 1.83", "     - 1.83", 18, "is indented by 5 blanks, unlike its neighbors"),
    ("  HOME:", "  HOME: yes", 8, "indent"),
    ("      - 1.83", "      1.83:", 18, "is a name where a list goes on: indent it otherwise, write `- `"),
    (
        "      depends_on: meter_size\n      values:\n",
        "      depends_on:\n        - meter_size\n",
        11,
        "or add the line that is missing before it",
    ),
    # tabs
    ("    tier_starts:", "\ttier_starts:", 13, "a tab cannot indent YAML: use spaces"),
    ('5/8"   : 13.99', '5/8" \t: 13.99', 11, "a tab cannot separate words in YAML: use spaces"),
    ("bill: commodity", "bill:\tcommodity", 20, "a tab cannot separate words"),
    # repeated keys: the second, naming the first
    (
        "    bill:",
        "    tier_starts: [0]\n    bill:",
        20,
        "'tier_starts' is there already, in line 13: keep one",
    ),
    ('1|1/2" :', '5/8" :', 12, "'5/8\"' is there already, in line 11"),
    ("    bill:", "rate_structure:\n  SHOP:\n    bill:", 20, "'rate_structure' is there already, in line 6"),
    # other YAML
    (
        "rate_structure:",
        "---\nrate_structure:",
        6,
        "a second document begins here: put it in a file of its own",
    ),
    ("    bill: c", "    bill\n    other: c", 20, "has no `: ` after its name"),
    ("bill: commodity_charge", 'bill: "commodity_charge', 20, "unexpected end of stream"),
    ("tier_prices:\n", "tier_prices: [1, 2\n", 16, "expected ',' or ']'"),
    ("effective_date: 01", "effective_date: *d #", 4, "aliases are not read"),
    ("  HOME:", "  {consumer_class}:", 7, "is a template: write a name in place of what stands in brackets"),
    ("    service_charge:", "    [factors] :", 8, "is a template"),
    # nothing to rate
    ("rate_structure:", "rates:", 3, "there is nothing to rate"),
    # the only class cannot be billed
    ("      depends_on: meter_size\n", "", 8, "has `values:` without `depends_on:`"),
    ("      values:\n", "      rows:\n", 8, "has `depends_on:` without `values:`"),
    ("      - 1.83\n", "", 16, "is a list of 1 where there are 2 starts: write as many"),
    ("    tier_prices:", "    tier_rates:", 19, "needs tier_prices in the same class: add them"),
    ("      - 16", "      - 16%", 15, "'16%' is a part of a budget"),
    ("      - 1.83", "      - 1,83", 18, "',' is not understood here, at character 2"),
    ("_charge+service", "_charge++*service", 20, "a number or a name is needed, at character 19"),
    (
        "bill: commodity_charge+service_charge",
        "bill: flat*usage_ccf\n      flat:4.1",
        20,
        "at character 16; a name needs a line of its own and a blank after its colon",
    ),
    ("bill: commodity_charge+service_charge", "bill:", 20, "has no value: write one"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), BROKEN)
def test_each_mistake_is_refused_at_the_line_to_look_at(old: str, new: str, line: int, message: str) -> None:
    assert old in SOUND
    found = problem(SOUND.replace(old, new, 1))
    assert (found.file, found.line) == ("town.owrs", line), found.message
    assert message in found.message


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "a rate file is a mapping"),
        ("- a\n", 1, "a rate file is a mapping"),
        ("rate_structure:\n", 1, "there is nothing to rate"),
        ("a: 1\nrate_structure: [HOME]\n", 2, "must be a mapping of customer classes"),
        ("rate_structure:\n  HOME:\n", 2, "has no fields"),
        ("rate_structure:\n  HOME: 5\n  SHOP:\n", 2, "has no fields"),
    ],
)
def test_what_has_nothing_to_rate_is_refused(text: str, line: int, message: str) -> None:
    found = problem(text)
    assert found.line == line
    assert message in found.message


def test_a_class_that_cannot_be_billed_is_a_note_where_another_can() -> None:
    shop = "  SHOP:\n    commodity_charge: Tiered\n    tier_starts: [0]\n    bill: commodity_charge\n"
    assert notes(SOUND + shop) == ["22: SHOP.commodity_charge: needs tier_prices in the same class: add them"]


def test_what_a_bill_needs_and_the_class_lacks_is_a_note() -> None:
    assert notes(SOUND + "  SHOP:\n    bill: service_charge+water*flat_rate\n") == [
        "22: SHOP.bill: needs service_charge, which the class has not: add it, or give it as an input",
        "22: SHOP.bill: needs flat_rate, which the class has not: add it, or give it as an input",
    ]


def test_a_row_without_a_value_is_a_note() -> None:
    assert notes(SOUND.replace("46.60", "")) == [
        '12: HOME.service_charge.values.1|1/2": has no value: write one'
    ]


def test_a_fault_that_no_bill_needs_is_nobodys_trouble() -> None:
    assert notes(SOUND + "    remark: see section 5, page 3\n") == []


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        (
            '5/8"   :',
            'inside|1|1/2" :',
            '11: HOME.service_charge.values.inside|1|1/2": the key has 2 parts, and the table depends on '
            "meter_size: join one of each with |",
        ),
        (
            '5/8"   :',
            '1 1/2" :',
            '12: HOME.service_charge.values.1|1/2": is the key 1 1/2" in another spelling: keep one of them',
        ),
        (
            'values:\n        5/8"   : 13.99\n        1|1/2" :',
            'values:\n        - 1" : 13.99\n        - 1" :',
            '12: HOME.service_charge.values[1].1": has the key 1" twice: keep one of them',
        ),
    ],
)
def test_keys_that_no_customer_has_are_notes(old: str, new: str, note: str) -> None:
    assert old in SOUND
    assert notes(SOUND.replace(old, new, 1)) == [note]


def test_a_key_needs_a_part_for_each_determinant() -> None:
    text = SOUND.replace("depends_on: meter_size", "depends_on: [city, meter_size]").replace("1|", "in|1|")
    assert notes(text) == [
        '11: HOME.service_charge.values.5/8": the key has one part, and the table depends on city and '
        "meter_size: join one of each with |"
    ]


STARTS, PRICES = "    tier_starts:\n      - 0\n      - 16\n", "    tier_prices:\n      - 1.14\n      - 1.83\n"


def tiers(starts: str, prices: str) -> str:
    """The sound file with these in lines 13 and 14."""
    assert STARTS + PRICES in SOUND
    return SOUND.replace(STARTS + PRICES, f"    tier_starts: {starts}\n    tier_prices: {prices}\n")


def by_zone(*rows: str, by: str = "zone") -> str:
    return f"{{depends_on: {by}, values: {{{', '.join(rows)}}}}}"


@pytest.mark.parametrize(
    ("starts", "prices", "note"),
    [
        (
            "[0, 16, 9]",
            "[1, 2, 3]",
            "13: HOME.tier_starts[2]: a tier that starts at 9 has one before it that starts at 16: that one "
            "is never reached",
        ),
        (
            by_zone("1: [0, 5]", "2: [0, 9, 7]"),
            by_zone("1: [1, 2]", "2: [1, 2, 3]"),
            "13: HOME.tier_starts.values.2[2]: a tier that starts at 7 has one before it that starts at 9: "
            "that one is never reached",
        ),
        (
            by_zone("1: [0, 5]", "2: [0, 9, 12]"),
            "[1, 2]",
            "13: HOME.tier_starts.values.2: is a list of 2 where there are 3 starts: write as many",
        ),
        (
            "[0, 5]",
            by_zone("1: [1, 2]", "2: [1]"),
            "14: HOME.tier_prices.values.2: is a list of 1 where there are 2 starts: write as many",
        ),
        (
            by_zone("1: [0, 5]", "2: [0, 9]"),
            by_zone("1: [1, 2]", "2: [1, 2, 3]"),
            "14: HOME.tier_prices.values.2: is a list of 3 where there are 2 starts: write as many",
        ),
        (
            by_zone("1: [0, 5]", "2: [0, 9]"),
            by_zone("1: [1, 2]"),
            "13: HOME.tier_starts.values.2: the tiers have starts and no prices: add them",
        ),
        (
            by_zone("1: [0, 5]"),
            by_zone("1: [1, 2]", "2: [1, 2]"),
            "14: HOME.tier_prices.values.2: the tiers have prices and no starts: add them",
        ),
    ],
)
def test_tiers_that_do_not_fit_together_are_notes(starts: str, prices: str, note: str) -> None:
    assert notes(tiers(starts, prices)) == [note]


@pytest.mark.parametrize(
    ("starts", "prices"),
    [
        (by_zone("1: [0, 5]", "2: [0, 9]"), "[1, 2]"),
        (by_zone("1: [0, 5]", "2: [0, 0]"), by_zone("2: [1, 2]", "1: [1, 2]")),  # no width, on purpose
        (by_zone('1 1/2": [0, 4]'), by_zone('1|1/2": [3, 4]')),
        (by_zone("1: [0, 5]"), by_zone("1|Winter: [1, 2]", "2|Summer: [3, 4]", by="[zone, season]")),
    ],
)
def test_tiers_that_fit_together_are_no_notes(starts: str, prices: str) -> None:
    assert notes(tiers(starts, prices)) == []


def test_the_tables_of_a_drought_must_fit_together_too() -> None:
    drought = "    variable_drought_surcharge: Tiered\n    tier_starts_drought: [0, 9, 5]\n"
    assert notes(SOUND + drought + "    tier_prices_drought: [1, 2, 3]\n") == [
        "22: HOME.tier_starts_drought[2]: a tier that starts at 5 has one before it that starts at 9: that "
        "one is never reached"
    ]


def test_a_name_with_a_hyphen_is_said_to_be_a_subtraction() -> None:
    assert notes(SOUND + "  SHOP:\n    Turn-on_charge: 3\n    bill: 5+turn-on_charge\n") == [
        "23: SHOP.bill: needs on_charge, which the class has not: Turn-on_charge is a subtraction, write it "
        "with _ where it is and where it is used"
    ]


def test_a_budget_in_tiers_is_sent_to_the_commodity_charge() -> None:
    shop = "  SHOP:\n    budget: Tiered\n    tier_starts: [0, 101%]\n    tier_prices: [1, 2]\n"
    assert notes(SOUND + shop + "    commodity_charge: budget\n    bill: commodity_charge\n") == [
        "23: SHOP.tier_starts[1]: '101%' is a part of a budget: write `commodity_charge: Budget`, or units"
    ]


METADATA = "metadata:\n  effective_date: 01/01/2018\n  bill_frequency: Monthly\n"


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "metadata:\n",
        "metadata: none\n",
        "metadata: [a, b]\n",
        "metadata: {effective_date: [1]}\nprop_218_link: a:b\n",
    ],
)
def test_metadata_may_be_odd_or_absent(odd: str) -> None:
    assert METADATA in SOUND
    assert notes(SOUND.replace(METADATA, odd)) == []
