"""cfn-lint over the template as it would be deployed, built the way a deploy builds it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from cli.deploy.package import make_package


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        package = make_package(stage="prod", folder=Path(folder) / "build")
        cfn_lint = Path(sys.executable).parent / "cfn-lint"
        template = str(package.folder / "sam.json")
        return subprocess.run([cfn_lint, "--template", template], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
