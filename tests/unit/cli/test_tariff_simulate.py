"""`headgate tariff simulate` runs without any cloud, and as docs/what-if.md shows it."""

from __future__ import annotations

import csv
import json
import re
import shlex
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result
from typer.testing import CliRunner

from chalicelib import bootstrap
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.rendering.catalogs import NoCatalog
from chalicelib.tariff_documents.load import load_tariff_files
from chalicelib.usecases.ports.simulation import Terms
from cli.commands.tariffs.simulate import WrongAmount, WrongMove, WrongSide
from cli.main import build

ROOT = Path(__file__).parents[3]
WHAT_IF = ROOT / "samples" / "riverbend" / "what-if"
TARIFFS = ROOT / "samples" / "riverbend" / "tariffs"
DETERMINANTS = ("meter_size", "assistance", "winter_average", "parcel", "tax_exempt", "dwelling_units")
SAMPLE = [
    *("--proposed", str(WHAT_IF / "proposed")),
    *("--current", str(ROOT / "samples" / "riverbend" / "tariffs")),
]


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(build(), ["tariff", "simulate", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_the_session_in_the_documentation_is_what_one_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs" / "what-if.md").read_text().replace("\\\n", " ")
    ((command, shown),) = re.findall(r"\$ (headgate tariff simulate [^\n]+)\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(ROOT)
    arguments = [str(tmp_path / "out") if word == "what-if" else word for word in shlex.split(command)[3:]]
    seen = [line.rstrip() for line in run(*arguments).output.splitlines()]
    missing = [line for line in shown.splitlines() if line not in seen]
    assert missing == []


def test_the_folder_holds_the_report_in_every_form_and_they_agree(tmp_path: Path) -> None:
    run(*SAMPLE, "--against", str(WHAT_IF / "usage.csv"), "--out", str(tmp_path))
    assert {file.name for file in tmp_path.iterdir()} == {
        "report.html",
        "report.json",
        "revenue.csv",
        "accounts.csv",
        "bands.csv",
        "groups.csv",
        "fifths.csv",
        "left_out.csv",
    }
    report = json.loads((tmp_path / "report.json").read_text())
    jsonschema.validate(report, json.loads((ROOT / "docs" / "simulation-report.schema.json").read_text()))
    for side in ("now", "proposed"):
        total = Decimal(report["total"][side])
        assert total * 100 == report["total"][f"{side}_minor"]
        for name in ("revenue.csv", "accounts.csv"):
            assert sum(Decimal(row[side]) for row in rows(tmp_path / name)) == total, name
    assert len(report["most_affected"]) == 20
    counted = {row["value"]: row for row in rows(tmp_path / "groups.csv") if row["dimension"] == "class"}
    assert (counted["residential"]["accounts"], counted["residential"]["less"]) == ("68", "60")
    money = [int(row["accounts"]) for row in rows(tmp_path / "bands.csv") if row["measure"] == "money"]
    assert sum(money) == len(rows(tmp_path / "accounts.csv")) == 80
    assert rows(tmp_path / "left_out.csv") == []


def test_rows_left_out_are_shown_with_their_lines(tmp_path: Path) -> None:
    usage = tmp_path / "usage.csv"
    lines = (WHAT_IF / "usage.csv").read_text().splitlines()
    lines[1] = lines[1].replace("5/8in", "7in")
    lines[2] = lines[2].replace("6.45", "much")
    usage.write_text("\n".join(lines))
    result = run(*SAMPLE, "--against", str(usage), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0
    left_out = [(row["line"], row["column"]) for row in rows(tmp_path / "out" / "left_out.csv")]
    assert left_out == [("3", "usage"), ("2", "now")]
    assert "usage.csv:3 usage: 'much' is not a number" in result.stderr
    assert "2,722 of 2,724 rows rated" in result.output
    page = (tmp_path / "out" / "report.html").read_text()
    assert "2 of 2,724 rows of usage could not be rated" in page


def test_the_json_form_is_the_report() -> None:
    document = json.loads(run(*SAMPLE, "--against", str(WHAT_IF / "usage.csv"), "--json").stdout)
    assert document["total"]["change"] == "919.55"
    assert all(control["holds"] for control in document["controls"])


def test_one_document_is_enough_and_a_column_can_be_named(tmp_path: Path) -> None:
    result = run(
        *("--proposed", str(WHAT_IF / "proposed" / "water-res.yaml"), *SAMPLE[2:]),
        *("--against", str(WHAT_IF / "usage.csv"), "--by", "parcel", "--current-on", "2026-06-30"),
    )
    assert "WATER-RES@4  on usage" in result.output
    assert "beside the rates in force on 2026-06-30" in result.output
    assert "Accounts by parcel" in result.output
    assert "Accounts by meter size" not in result.output


def test_the_report_comes_in_the_languages_asked_for_and_its_tables_in_the_first(tmp_path: Path) -> None:
    asked = ("--language", "es", "--language", "en", "--revenue-needed", "210000")
    run(*SAMPLE, "--against", str(WHAT_IF / "usage.csv"), "--out", str(tmp_path), *asked)
    pages = {name: (tmp_path / name).read_text() for name in ("report.html", "report.en.html")}
    assert '<html lang="es" dir="ltr">' in pages["report.html"]
    assert '<html lang="en" dir="ltr">' in pages["report.en.html"]
    assert "menos que los $210,000.00 necesarios" in pages["report.html"]
    assert "less than the $210,000.00 needed" in pages["report.en.html"]
    heads = {file.stem: file.read_text().partition("\n")[0] for file in tmp_path.glob("*.csv")}
    assert heads["revenue"] == "tarifa,cargo,nombre,clase,ahora,propuesto,cambio,porcentaje"
    assert heads["groups"].endswith("porcentaje_5,porcentaje_25,porcentaje_50,porcentaje_75,porcentaje_95")
    assert "Cargo por servicio" in pages["report.html"], "the label that the tariff has in Spanish"
    assert json.loads((tmp_path / "report.json").read_text())["revenue_needed"] == "210000.00"


def test_a_language_or_an_amount_that_is_none_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(NoCatalog, match="no catalog for 'tlh'"):
        run(*SAMPLE, "--against", str(tmp_path / "none.csv"), "--language", "tlh")
    for amount in ("much", "-1", "0", "1,000"):
        with pytest.raises(WrongAmount, match=re.escape(repr(amount))):
            run(*SAMPLE, "--against", str(tmp_path / "none.csv"), "--revenue-needed", amount)


@pytest.mark.parametrize("at", ["read_csv", "rating", "writing"])
def test_an_interruption_says_that_nothing_is_written_and_it_is_so(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        if at == "read_csv":
            raise RuntimeError("Query interrupted")  # what DuckDB makes of Ctrl-C
        raise KeyboardInterrupt

    where = {
        "read_csv": "chalicelib.columnar.usage_files._insert",
        "rating": "chalicelib.columnar.part_sums.rate_rows",
        "writing": "chalicelib.rendering.simulation.reports.write_tables",
    }
    monkeypatch.setattr(where[at], interrupted)
    (tmp_path / "report.html").write_text("of last month")
    result = run(*SAMPLE, "--against", str(WHAT_IF / "usage.csv"), "--out", str(tmp_path))
    assert (result.exit_code, result.stdout) == (130, "")
    assert "Interrupted: nothing is written." in result.stderr
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [
        ("report.html", "of last month")
    ]


def test_what_is_done_and_of_how_much_is_told_as_it_goes(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    source = bootstrap.usage_source(
        str(WHAT_IF / "usage.csv"),
        rows_a_part=500,
        progress=lambda title, done, rows: told.append((title, done, rows)),
    )
    with source.open(determinants=DETERMINANTS, events=("reconnected",)) as usage:
        assert [title for title, _, _ in told if title == "Rating"] == []
        terms = Terms(
            versions=[one.version for one in load_tariff_files(sorted(TARIFFS.glob("*-3.yaml")))],
            conditions=[],
            moved={},
            since=date(2025, 1, 1),
        )
        usage.compare(now=terms, proposed=terms, by=())
    rated = [(done, rows) for title, done, rows in told if title == "Rating"]
    assert [rows for _, rows in rated] == [2724] * len(rated)
    assert [done for done, _ in rated] == sorted(done for done, _ in rated)
    assert (len(rated), rated[-1]) == (6, (2724, 2724))


@pytest.mark.parametrize("move", ["WATER-RES", "=NEW", "OLD="])
def test_a_move_that_says_nothing_is_refused(move: str) -> None:
    with pytest.raises(WrongMove, match="write OLD=NEW"):
        run(*SAMPLE, "--against", str(WHAT_IF / "usage.csv"), "--move", move)


@pytest.mark.parametrize(
    ("option", "folder", "message"),
    [
        ("--proposed", "conditions", "drought_stage@1 is no proposal: .* give it with --condition"),
        ("--condition", "tariffs", "is a tariff: give it with --proposed"),
    ],
)
def test_what_would_count_for_nothing_is_refused(option: str, folder: str, message: str) -> None:
    given = (option, str(ROOT / "samples" / "riverbend" / folder))
    with pytest.raises(WrongSide, match=message):
        run(*SAMPLE, *given, "--against", str(WHAT_IF / "usage.csv"))


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(Refusal, match="unknown unit 'bucket'"):
        run(*SAMPLE, "--against", str(WHAT_IF / "usage.csv"), "--unit", "bucket")
