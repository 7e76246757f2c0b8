"""The fuzzer keeps the smallest input of each thing it finds, once, and goes on."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest
from hypothesis import strategies as st

import fuzz.__main__
from fuzz.__main__ import Hunt, Target, main


def stumble(text: str) -> str:
    if len(text) > 3:
        raise LookupError("too long")
    return "read"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(fuzz.__main__, "TARGETS", {"texts": Target(st.text(), stumble, "txt")})
    monkeypatch.setattr(fuzz.__main__, "FOUND", tmp_path)
    return tmp_path


def test_a_finding_is_kept_small_and_once(folder: Path) -> None:
    turns = itertools.count()
    hunt = Hunt(until=500, folder=folder, say=lambda _line: None, clock=lambda: next(turns))
    hunt.run(["texts"], random.Random(1))
    (found,) = hunt.found
    assert found.read_text() == "0000"
    assert "LookupError: too long" in found.with_suffix(".traceback").read_text()
    assert hunt.outcomes["texts"]["known"] > 0
    assert hunt.outcomes["texts"]["read"] > 0
    assert "1 found" in hunt.progress()
    assert not (folder / "now").exists()


def test_findings_are_an_exit_status(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seconds", "1", "--seed", "1"]) == 1
    printed = capsys.readouterr()
    assert f"found: {folder}" in printed.out
    assert "Fuzzing texts for 1 s, seed 1" in printed.err


def test_an_interrupt_ends_it_with_what_there_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(text: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setitem(fuzz.__main__.TARGETS, "texts", Target(st.text(), interrupt, "txt"))
    assert main(["--seconds", "60"]) == 0
    assert "Interrupted" in capsys.readouterr().err


def test_a_target_there_is_none_of_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bills"])
    assert "there are built, edited, retyped, formulas" in capsys.readouterr().err
