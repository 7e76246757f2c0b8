"""Every requirement named in requirements/*.in stands in its lock, with hashes. Needs no network.

An index that cannot be reached would make a real re-lock pass or fail for the wrong reason; `make lock`
does that.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = {
    "requirements.txt": ("requirements/runtime.in",),
    "requirements/dev.txt": ("requirements/dev.in",),
    "requirements/api.txt": ("requirements/api.in",),
    "requirements/documents.txt": ("requirements/api.in", "requirements/documents.in"),
    "requirements/columns.txt": ("requirements/api.in", "requirements/columns.in"),
    "requirements/checkov.txt": ("requirements/checkov.in",),
}
# What these pin runs together, or is tested in place of the other: they must agree. checkov lives apart.
ONE_WORLD = (
    "requirements/dev.txt",
    "requirements.txt",
    "requirements/api.txt",
    "requirements/documents.txt",
    "requirements/columns.txt",
)


def wanted(path: Path) -> dict[str, str]:
    """Return name → version part (may be empty) of every requirement, following `-r`."""
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("-r "):
            found |= wanted(path.parent / text[3:].strip())
        elif match := re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*(.*)", text):
            found[_plain(match[1])] = match[2].strip()
    return found


def locked(path: Path) -> dict[str, str]:
    """Return name → version of every pin, which must carry a hash."""
    pins = re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)[^\n]*\\\n\s+--hash=",
        path.read_text(encoding="utf-8"),
        re.M,
    )
    return {_plain(name): version for name, version in pins}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def check(
    root: Path, locks: dict[str, tuple[str, ...]] = LOCKS, one_world: tuple[str, ...] = ONE_WORLD
) -> list[str]:
    """Return what is wrong with the locks."""
    wrong = []
    for lock, sources in locks.items():
        pins = locked(root / lock)
        for source in sources:
            for name, version in wanted(root / source).items():
                if name not in pins:
                    wrong.append(
                        f"{lock}: {name} (from {source}) is not locked with a hash. Run `make lock`."
                    )
                elif version.startswith("==") and version[2:] != pins[name]:
                    wrong.append(
                        f"{lock}: {name} is {pins[name]}, {source} wants {version}. Run `make lock`."
                    )
    first, *others = one_world
    tested = locked(root / first)
    for lock in others:
        for name, version in locked(root / lock).items():
            if tested.get(name) != version:
                found = tested.get(name, "none")
                wrong.append(
                    f"{lock}: {name} is {version}, tests run with {found} ({first}). Run `make lock`."
                )
    return wrong


if __name__ == "__main__":
    problems = check(ROOT)
    sys.stdout.write("".join(f"{line}\n" for line in problems))
    sys.exit(1 if problems else 0)
