"""The offline check of the locks."""

from __future__ import annotations

from pathlib import Path

from tests.unit.ci.conftest import load

locks = load("check_locks")


def write(root: Path, **files: str) -> None:
    (root / "requirements").mkdir(exist_ok=True)
    for name, text in files.items():
        (root / "requirements" / name.replace("_", ".")).write_text(text)


def test_a_requirement_that_is_not_locked_is_named(tmp_path: Path) -> None:
    pinned = "boto3==1.0 \\\n    --hash=sha256:aa\njinja2==3.0 \\\n    --hash=sha256:bb\n"
    write(tmp_path, runtime_in="boto3==2.0 # why\nJinja2\n", dev_in="-r runtime.in\npytest[extra]\n")
    write(tmp_path, runtime_txt=pinned, dev_txt=pinned + "pytest==9.0\n")
    names = {f"requirements/{name}.txt": (f"requirements/{name}.in",) for name in ("dev", "runtime")}
    assert locks.check(tmp_path, names, tuple(names)) == [
        "requirements/dev.txt: boto3 is 1.0, requirements/dev.in wants ==2.0. Run `make lock`.",
        "requirements/dev.txt: pytest (from requirements/dev.in) is not locked with a hash. Run `make lock`.",
        "requirements/runtime.txt: boto3 is 1.0, requirements/runtime.in wants ==2.0. Run `make lock`.",
    ]


def test_a_layer_that_holds_another_version_than_was_tested_is_named(tmp_path: Path) -> None:
    write(tmp_path, api_in="boto3\n", dev_in="boto3\n")
    write(tmp_path, dev_txt="boto3==1.0 \\\n    --hash=sha256:aa\n")
    write(tmp_path, api_txt="boto3==1.1 \\\n    --hash=sha256:bb\nsix==1.0 \\\n    --hash=sha256:cc\n")
    names = {f"requirements/{name}.txt": (f"requirements/{name}.in",) for name in ("dev", "api")}
    assert locks.check(tmp_path, names, tuple(names)) == [
        "requirements/api.txt: boto3 is 1.1, tests run with 1.0 (requirements/dev.txt). Run `make lock`.",
        "requirements/api.txt: six is 1.0, tests run with none (requirements/dev.txt). Run `make lock`.",
    ]


def test_the_projects_own_locks_agree() -> None:
    assert locks.check(locks.ROOT) == []
