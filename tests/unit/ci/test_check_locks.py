"""The offline check of the locks."""

from __future__ import annotations

from pathlib import Path

from tests.unit.ci.conftest import load

locks = load("check_locks")


def test_a_requirement_that_is_not_locked_is_named(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "runtime.in").write_text("boto3==2.0 # why\nJinja2\n")
    (tmp_path / "requirements" / "dev.in").write_text("-r runtime.in\npytest[extra]\n")
    pinned = "boto3==1.0 \\\n    --hash=sha256:aa\njinja2==3.0 \\\n    --hash=sha256:bb\n"
    (tmp_path / "requirements.txt").write_text(pinned)
    (tmp_path / "requirements" / "dev.txt").write_text(pinned + "pytest==9.0\n")
    assert locks.check(tmp_path) == [
        "requirements/dev.txt: boto3 is 1.0, requirements/dev.in wants ==2.0. Run `make lock`.",
        "requirements/dev.txt: pytest (from requirements/dev.in) is not locked with a hash. Run `make lock`.",
        "requirements.txt: boto3 is 1.0, requirements/runtime.in wants ==2.0. Run `make lock`.",
    ]
