"""The report's page says in plain words what the figures say, and asks for nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.domain.simulation.simulation import Simulation
from chalicelib.domain.tariffs.determinants import Determinant, DeterminantKind
from chalicelib.rendering.simulation.report_page import report_page
from chalicelib.rendering.simulation.report_words import report_words
from tests.usage_files import NOW, PROPOSED, YEAR, simulated, written


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S).split())


@pytest.fixture
def simulation(tmp_path: Path) -> Simulation:
    return simulated(written(tmp_path)).simulation


def test_the_first_thing_read_is_who_pays_less_and_who_more(simulation: Simulation) -> None:
    text = text_of(report_page(simulation))
    assert "Of 3 accounts, 33% would pay less, 33% would pay more, and 33% the same." in text
    assert "Customers together would be charged $4.00 more over these days: 3.23% more" in text
    assert "the middle half of all accounts would pay between $1.01 less and $3.04 more" in text
    assert "In the class homes, 50% of 2 accounts would pay less and 0% more" in text
    assert "The one account in the class shops would pay $3.04 more a month." in text


def test_the_first_section_answers_what_a_council_asks(tmp_path: Path) -> None:
    helped = YEAR.replace("meter_size", "meter_size,assistance").replace("2,ccf,5/8\n", "2,ccf,5/8,yes\n")
    rows = "\n".join(line if line.count(",") == 9 else f"{line}," for line in helped.splitlines())
    flag = Determinant(name="assistance", kind=DeterminantKind.FLAG, default="no")
    sides = [replace(one, determinants=(*one.determinants, flag)) for one in (NOW, PROPOSED)]
    file = written(tmp_path, rows)
    simulation = simulated(file, current=sides[:1], proposed=sides[1:], needed=Decimal(120)).simulation
    text = text_of(report_page(simulation))
    text = text[text.index("In short") : text.index("Class by class")]
    assert "No account would pay over 10% more than now." in text
    assert "in the largest class, homes" in text
    assert "low $14.19 $13.18 -$1.01 (-7.12%)" in text
    assert "middle $18.25 $18.25 $0.00 (0%)" in text
    assert "The one account with assistance pays $14.19 on an average month now, and would pay $13.18" in text
    assert "The proposal would bring in $128.00: $8.00 more than the $120.00 needed." in text


def test_what_the_report_cannot_tell_it_does_not_guess(simulation: Simulation) -> None:
    text = text_of(report_page(simulation))
    assert "This report cannot tell: its accounts are not told apart by assistance." in text
    assert "What the utility needs was not said" in text
    assert "each is rated as a regular one" in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("es", "se les cobrarían $4.00 más en estos días: 3.23% más que con las tarifas vigentes"),
        ("es-MX", "se les cobrarían USD4.00 más en estos días: 3.23% más que con las tarifas vigentes"),
        ("es-ES", "se les cobrarían 4,00 US$ más en estos días: 3,23 % más que con las tarifas vigentes"),
    ],
)
def test_numbers_and_money_are_written_as_where_the_language_is_spoken(
    language: str, said: str, simulation: Simulation
) -> None:
    page = report_page(simulation, report_words(language))
    assert said in text_of(page).replace("\N{NO-BREAK SPACE}", " ")
    assert f'<html lang="{language}"' in page


def test_no_english_word_is_left_in_spanish_but_what_is_marked_as_such(tmp_path: Path) -> None:
    file = written(tmp_path, YEAR + "Odd,O1,homes,X-9,2026-01-01,2026-01-31,3,ccf,2\n")
    page = report_page(simulated(file).simulation, report_words("es"))
    unmarked = text_of(re.sub(r'<(\w+)[^>]* lang="en".*?</\1>', "", page, flags=re.S))
    english = {"the", "and", "of", "with", "would", "accounts", "account", "bills", "rows", "by", "total of"}
    assert english.isdisjoint(unmarked.lower().split())
    assert 'lang="en">no version of tariff X-9 is in force' in page


def test_bands_are_named_by_what_happens(simulation: Simulation) -> None:
    text = text_of(report_page(simulation))
    for name in (
        "$1.00 to $2.00 less",
        "up to $1.00 less",
        "no change",
        "up to $1.00 more",
        "$3.00 to $4.00 more",
    ):
        assert name in text, name


def test_less_and_nothing_are_said_in_their_own_words(tmp_path: Path, simulation: Simulation) -> None:
    cheaper = simulated(written(tmp_path), proposed=[replace(NOW, version=2, charges=NOW.charges[:1])])
    assert "would be charged $64.00 less over these days" in text_of(report_page(cheaper.simulation))
    same = simulated(written(tmp_path), proposed=[replace(NOW, version=2)])
    text = text_of(report_page(same.simulation))
    assert "exactly what they are charged under the rates in force" in text
    assert "Nothing changes for the 2 accounts in the class homes." in text


def test_a_control_total_that_does_not_agree_is_said_on_top(simulation: Simulation) -> None:
    broken = replace(simulation, rows_read=7)
    text = text_of(report_page(broken))
    assert text.index("Do not rely on this report") < text.index("Who pays more")
    assert "rows read = rated + refused + rejected 7 6 NO" in text


def test_names_from_files_are_text_and_nothing_else(tmp_path: Path) -> None:
    page = report_page(simulated(written(tmp_path, YEAR.replace("homes", "<script>x</script>"))).simulation)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_page_needs_nothing_else(simulation: Simulation) -> None:
    page = report_page(simulation)
    assert not re.search(r"""(src|href)=["'](?!#)""", page)
    assert not re.search(r"url\((?!#)", page)


def test_every_chart_is_told_in_words_and_every_table_has_heads(simulation: Simulation) -> None:
    page = report_page(simulation)
    charts = re.findall(r'<div class="chart"[^>]*>', page)
    assert len(charts) == 4 + len(simulation.comparison.dimensions)
    assert all('role="img"' in chart and "table" in chart for chart in charts)
    for table in re.findall(r"<table.*?</table>", page, re.S):
        assert "<caption>" in table
        assert 'scope="col"' in table
        assert 'scope="row"' in table


def test_a_page_shows_the_largest_of_very_many_groups(tmp_path: Path) -> None:
    rows = "".join(f"a{n},A{n},c{n % 50:02d},R-1,2026-01-01,2026-01-31,3,ccf,1\n" for n in range(99))
    text = text_of(report_page(simulated(written(tmp_path, YEAR + rows)).simulation))
    assert "The largest 40 groups; 12 more are in groups.csv." in text
    assert "46 smaller classes are listed under “By class”." in text
