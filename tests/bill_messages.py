"""What templates and presentation say, of bills and of what-ifs: every message that a catalog has to have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "templates"
PRESENTATION = ROOT / "chalicelib" / "rendering"
# Which functions take messages. In Python the first argument counts (of `count` the first two).
_PYTHON = {"say": None, "message": None, "count": (1, 2)}
_JINJA = {"_": None, "ngettext": (1, 2)}


def said(catalog: str = "bill") -> dict[str, str]:
    """Each message by its singular, with its plural ("" where it has none)."""
    found = dict(_messages(TEMPLATES / catalog, [("**.html", "jinja2")], _JINJA))
    folder = PRESENTATION if catalog == "bill" else PRESENTATION / catalog
    found.update(_messages(folder, [("simulation/**", "ignore"), ("**.py", "python")], _PYTHON))
    return found


def _messages(
    folder: Path, method: list[tuple[str, str]], keywords: dict[str, tuple[int, ...] | None]
) -> Iterator[tuple[str, str]]:
    for _file, _line, text, _comments, _context in extract_from_dir(
        str(folder), method_map=method, keywords=keywords
    ):
        yield (text, "") if isinstance(text, str) else (text[0], text[1])
