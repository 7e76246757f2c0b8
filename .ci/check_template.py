"""Every check of the template as AWS would get it, built the way a deploy builds it, layers aside."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from cli.deploy.package import make_package
from cli.deploy.review import review


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        reviews = review(make_package(stage="prod", folder=Path(folder) / "build"))
    for entry in reviews:
        sys.stdout.write(f"{entry.tool}: {entry.note or f'{len(entry.problems)} problems'}\n")
        sys.stdout.write("".join(f"  {problem}\n" for problem in entry.problems))
    # What did not run has proved nothing.
    return 0 if all(entry.ran and not entry.problems for entry in reviews) else 1


if __name__ == "__main__":
    sys.exit(main())
