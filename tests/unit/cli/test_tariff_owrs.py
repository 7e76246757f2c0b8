"""`headgate tariff check`, `rate` and `import-owrs` speak in lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.tariff_documents.load import load_tariff
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from cli.main import build

SAMPLES = Path(__file__).parents[3] / "samples" / "tariffs"
TOWN = """\
rate_structure:
  HOME:
    commodity_charge: 2.5*usage_ccf
    bill: commodity_charge
"""
SHOP = "  SHOP:\n    bill: Tiered\n"
RATE = [sys.executable, "-m", "cli.main", "tariff", "rate", "--compat", "rateparser"]
QUESTION = {
    "file": "town.owrs",
    "class": "HOME",
    "stage": "main",
    "inputs": {"usage_ccf": 3},
    "fields": ["bill"],
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(build(), ["tariff", *arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "town.owrs").write_text(TOWN)
    (tmp_path / "deep" / "town.OWRS").write_text(TOWN + SHOP)
    (tmp_path / "deep" / "er" / "rates.yaml").write_text((SAMPLES / "residential-water.yaml").read_text())
    (tmp_path / "readme.txt").write_text("not a tariff")
    return tmp_path


def test_a_sound_document_of_any_kind_is_ok(folder: Path) -> None:
    riverbend = SAMPLES.parent / "riverbend"
    conditions = sorted((riverbend / "conditions").glob("*.yaml"))
    averages = sorted((SAMPLES.parent / "averages").glob("*.yaml"))
    files = [SAMPLES / "residential-water.yaml", folder / "town.owrs", *conditions, *averages]
    result = run("check", *map(str, files))
    assert (result.exit_code, result.stdout) == (0, "ok\n" * len(files))


def test_a_mark_before_the_text_does_not_hide_of_what_kind_it_is(folder: Path) -> None:
    rule = (SAMPLES.parent / "averages" / "winter-sewer.yaml").read_text(encoding="utf-8")
    file = folder / "marked.yaml"
    file.write_text(rule[rule.index("average:") :], encoding="utf-8-sig")
    assert run("check", str(file)).stdout == "ok\n"


def test_a_folder_is_searched_for_documents(folder: Path) -> None:
    result = run("check", str(folder))
    assert result.stdout.splitlines() == [
        f"{folder}/deep/er/rates.yaml: ok",
        f"{folder}/deep/town.OWRS: ok",
        f"{folder}/town.owrs: ok",
    ]


def test_a_folder_without_documents_is_noted(folder: Path) -> None:
    (folder / "empty").mkdir()
    result = run("check", str(folder / "empty"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{folder}/empty: note: there is no document (.owrs, .yaml, .yml) in it\n"


def test_classes_that_cannot_be_billed_are_noted_beside_or_refused_when_strict(folder: Path) -> None:
    file = folder / "deep" / "town.OWRS"
    cause = "SHOP.bill: needs tier_starts in the same class: add them"
    result = run("check", str(file))
    assert (result.exit_code, result.stdout) == (0, "ok\n")
    assert result.stderr == f"{file}:6: note: {cause}\n"
    result = run("check", "--strict", str(file))
    assert (result.exit_code, result.stdout) == (1, f"{file}:6: {cause}\n")


def test_any_mistake_makes_the_exit_status_1_and_each_file_has_its_line(folder: Path) -> None:
    bad, worse, absent = folder / "bad.owrs", folder / "worse.yaml", folder / "absent.yaml"
    bad.write_text(TOWN.replace("    bill", "\tbill"))
    worse.write_text(
        (SAMPLES / "residential-water.yaml").read_text().replace("USD", "x").replace("4.29", "dear")
    )
    paths = [str(path) for path in (bad, worse, absent, folder / "town.owrs")]
    result = run("check", *paths)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == f"{bad}:4: a tab cannot indent YAML: use spaces"
    assert lines[1].startswith(f"{worse}:")
    assert "currency" in lines[1]
    assert lines[2:] == [f"{absent}:1: cannot be read: No such file or directory", "ok"]
    assert len(run("check", "--all", str(worse)).stdout.splitlines()) == 2


def test_a_rate_file_is_known_by_what_it_says_too(folder: Path) -> None:
    renamed = folder / "renamed.yaml"
    renamed.write_text(TOWN)
    assert run("check", str(renamed)).stdout == "ok\n"


def test_every_question_gets_one_answer_in_order(folder: Path) -> None:
    lines = [json.dumps(QUESTION), "", "{", json.dumps({**QUESTION, "inputs": {"usage_ccf": 0.1}})]
    done = subprocess.run(
        [*RATE, "--root", str(folder)], input="\n".join(lines), capture_output=True, text=True, check=True
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0] == {"values": {"bill": "7.5"}}
    assert [answer["error"]["code"] for answer in answers[1:3]] == ["UnreadableRequest", "UnreadableRequest"]
    assert answers[3:] == [{"values": {"bill": "0.25"}}]
    assert done.stderr == ""


def test_who_waits_for_an_answer_before_asking_on_is_not_left_waiting(folder: Path) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([*RATE, "--root", str(folder)], **pipes) as talk:
        for usage in (1, 2):
            question = {**QUESTION, "inputs": {"usage_ccf": usage}}
            talk.stdin.write(json.dumps(question) + "\n")
            talk.stdin.flush()
            assert json.loads(talk.stdout.readline()) == {
                "values": {"bill": str(2.5 * usage).removesuffix(".0")}
            }
        talk.stdin.close()
    assert talk.returncode == 0


def test_a_reader_that_goes_away_ends_it_quietly(folder: Path) -> None:
    read, write = os.pipe()
    question = (json.dumps(QUESTION) + "\n").encode()
    with subprocess.Popen(
        [*RATE, "--root", str(folder)], stdin=subprocess.PIPE, stdout=write, stderr=subprocess.PIPE
    ) as talk:
        os.close(write)
        os.close(read)
        _, complaint = talk.communicate(question * 3)
    assert (talk.returncode, complaint) == (0, b"")


def test_the_root_must_be_a_folder(folder: Path) -> None:
    result = run("rate", "--compat", "rateparser", "--root", str(folder / "absent"))
    assert "is no folder" in str(result.exception)


def test_without_compat_rates_are_to_the_cent(folder: Path) -> None:
    command = [part for part in RATE if part not in ("--compat", "rateparser")]
    line = json.dumps({**QUESTION, "inputs": {"usage_ccf": 0.333}})
    done = subprocess.run(
        [*command, "--root", str(folder)], input=line, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == {"values": {"bill": "0.83"}}


def test_an_imported_file_is_printed_with_its_assumptions_beside(folder: Path) -> None:
    result = run(
        "import-owrs", str(folder / "town.owrs"), "--currency", "AUD", "--effective-from", "2030-02-01"
    )
    assert result.exit_code == 0
    version = load_tariff(result.stdout, file="HOME.yaml").version
    assert (version.code, version.currency, str(version.effective_from)) == ("HOME", "AUD", "2030-02-01")
    assert "What had to be assumed:\n" in result.stderr
    assert "- Each line is rounded half up to the cent.\n" in result.stderr


def test_an_imported_file_is_written_a_document_for_each_class(folder: Path) -> None:
    source, out = str(folder / "deep" / "town.OWRS"), folder / "out"
    result = run("import-owrs", source, "--out", str(out))
    assert (result.exit_code, result.stdout) == (0, f"{out}/HOME.yaml\n")
    assert "town.OWRS:6: SHOP.bill: needs tier_starts in the same class: add them" in result.stderr
    assert run("check", str(out)).stdout == f"{out}/HOME.yaml: ok\n"
    with pytest.raises(Refusal, match="would be written over"):
        raise run("import-owrs", source, "--out", str(out)).exception or AssertionError
    assert run("import-owrs", source, "--out", str(out), "--force").exit_code == 0


def test_what_cannot_be_imported_at_all_is_refused(folder: Path) -> None:
    source = str(folder / "deep" / "town.OWRS")
    with pytest.raises(InvalidTariffDocument, match=r"town.OWRS:6: SHOP.bill: needs tier_starts"):
        raise run("import-owrs", source, "--class", "SHOP").exception or AssertionError
    with pytest.raises(Refusal, match="has no class PARK: it has HOME, SHOP"):
        raise run("import-owrs", source, "--class", "PARK").exception or AssertionError
