"""A made-up language that runs from right to left: English words turned into Arabic letters."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.bill_messages import ROOT, said

_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
_PLURALS = (
    "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;"
)


def templates_with_arabic(folder: Path) -> Path:
    """A copy of the templates in `folder`, with a catalog `ar`."""
    templates = folder / "templates"
    shutil.copytree(ROOT / "templates", templates)
    (templates / "locale" / "ar").mkdir()
    entries = [f'msgid ""\nmsgstr ""\n"Language: ar\\n"\n"Plural-Forms: {_PLURALS}\\n"\n']
    for singular, plural in said().items():
        if plural:
            forms = "\n".join(f'msgstr[{form}] "{arabic(plural)}"' for form in range(6))
            entries.append(f'msgid "{singular}"\nmsgid_plural "{plural}"\n{forms}\n')
        else:
            entries.append(f'msgid "{singular}"\nmsgstr "{arabic(singular)}"\n')
    (templates / "locale" / "ar" / "bill.po").write_text("\n".join(entries), encoding="utf-8")
    return templates


def arabic(text: str) -> str:
    """`text` with its words replaced; what is in braces stays."""
    parts = re.split(r"(\{\w+\})", text)
    return "".join(part if part.startswith("{") else re.sub(r"[A-Za-z]+", _word, part) for part in parts)


def _word(match: re.Match[str]) -> str:
    return "".join(_LETTERS[ord(letter) % len(_LETTERS)] for letter in match.group())
