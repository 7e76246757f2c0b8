"""The utility's profile as people write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.domain.utility.profile import Circumstance, UtilityProfile
from chalicelib.files.utility_profile import InvalidProfile, load_utility_profile
from chalicelib.storage.codec import codec

SAMPLE = Path(__file__).parents[3] / "samples" / "riverbend" / "utility.yaml"


def problems(tmp_path: Path, old: str, new: str) -> list[str]:
    text = SAMPLE.read_text()
    assert old in text
    file = tmp_path / "utility.yaml"
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(InvalidProfile) as refusal:
        load_utility_profile(file)
    return [str(problem).removeprefix(f"{file}:") for problem in refusal.value.problems]


def test_the_sample_loads() -> None:
    found = load_utility_profile(SAMPLE)
    assert (found.name, found.languages) == ("Riverbend Water", ("en", "es"))
    assert found.messages[0].rule.when == (Circumstance.PAST_DUE,)
    assert found.inserts[0].rule.when == (Circumstance.PAST_DUE, Circumstance.ON_PAPER)


def test_it_is_stored_and_read_back_as_it_was() -> None:
    profile = load_utility_profile(SAMPLE)
    stored = codec(UtilityProfile)
    assert stored.load(stored.dump(profile)) == profile


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("America/Los_Angeles", "America/Riverbend", "4: time_zone: 'America/Riverbend' is not a time zone"),
        ("paper: letter", "paper: legal", "6: paper: 'legal' is not known: write 'letter' or 'a4'"),
        ("paper: letter", "papers: letter", "6: papers: is not known here: correct its name"),
        ('color: "#0b5c7a"', "color: blue", "8: brand.color: 'blue' is no color: write # and six digits"),
        ("<circle", "<script/><circle", "brand.logo_svg: may hold shapes and texts alone"),
        ("<circle", '<circle onload="x()"', "brand.logo_svg: may hold shapes and texts alone"),
        ("{account}&bill", "{acount}&bill", "remittance.pay_url: may hold {account}, {bill} and {amount}"),
        ("pay_url: https", "pay_url: http", "remittance.pay_url: must begin with https://"),
        ("when: past_due", "when: overdue", "49: messages[0].when: 'overdue' is not known: write 'always'"),
        ("end: 2027-02-01", "end: 2026-10-15", "94: messages[6].end: is not after the start"),
        ("code: estimated", "code: past_due", "55: messages[1].code: past_due is there already"),
        ("es: Factura final}", "fr: Facture finale}", "79: messages[4].title: says nothing in es"),
        (
            "name: Riverbend Water",
            "name: A\nname: B",
            "4: 'name' is there already, in line 3: keep one",
        ),
    ],
)
def test_a_problem_is_told_with_its_line_and_how_to_mend_it(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert any(told in problem for problem in problems(tmp_path, old, new))
