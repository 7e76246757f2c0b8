"""No binary floats near money and water, no clock and no environment in the domain.

    python .ci/lint_floats.py [ROOT]

Banned in chalicelib/domain: float literals, `float(…)`, `round(…)`, reading the clock or the environment.
Banned in chalicelib/columnar, chalicelib/usecases and functions: float literals, `float(…)`, `round(…)`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FLOATS = frozenset({"float", "round"})
EDGE = frozenset(
    {
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "time.time",
        "os.environ",
        "os.getenv",
    }
)
BANNED: dict[str, frozenset[str]] = {
    "chalicelib/domain": FLOATS | EDGE,
    "chalicelib/columnar": FLOATS,
    "chalicelib/usecases": FLOATS,
    "functions": FLOATS,
}


def findings(source: str, banned: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield line and reason for each banned thing in a module's source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield node.lineno, f'float literal {node.value!r}: write Decimal("…") or count in minor units'
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in banned:
            yield (
                node.lineno,
                f"{node.func.id}(): money and water are never binary floats",
            )
        elif isinstance(node, ast.Attribute) and (name := _tail(node)) in banned:
            yield node.lineno, f"{name}: pass it in from the edge"


def check(root: Path) -> list[str]:
    """Return `path:line: reason` for every finding under `root`."""
    return [
        f"{path.relative_to(root)}:{line}: {reason}"
        for folder, banned in BANNED.items()
        for path in sorted((root / folder).rglob("*.py"))
        for line, reason in sorted(findings(path.read_text(encoding="utf-8"), banned))
    ]


def _tail(node: ast.Attribute) -> str:
    """The last two names of a dotted expression: `datetime.datetime.now` → `datetime.now`."""
    owner = node.value
    left = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
    return f"{left}.{node.attr}"


if __name__ == "__main__":
    found = check(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1]))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.exit(1 if found else 0)
