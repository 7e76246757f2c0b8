"""Keys of tables, taken apart and spelled as tariff documents spell them."""

from __future__ import annotations

import re
from itertools import combinations

from chalicelib.domain.tariffs.determinants import table_key
from chalicelib.tariff_documents.owrs.imports.lifted import Key, NotExpressible
from chalicelib.tariff_documents.owrs.spellings import loose_key

_SIZE = re.compile(r'(?:(?P<whole>\d+) )?(?P<over>\d+)/(?P<under>\d+)"|(?P<inches>\d+(?:\.\d+)?)"')
_HALVES = {("1", "2"): "5", ("1", "4"): "25", ("3", "4"): "75", ("5", "8"): "625"}
_OF_A_METER = ("meter", "size", "diameter", "connection")


def document_key(text: str) -> str:
    """`text` as a key of a tariff document: sizes in inches without the mark, 1½" as `1.5`, 5/8" as `5/8`."""
    size = _SIZE.fullmatch(loose_key(text))
    if size is None:
        return table_key(text)
    if size["inches"]:
        return table_key(size["inches"])
    fraction = size["over"], size["under"]
    if size["whole"] and fraction in _HALVES:
        return f"{size['whole']}.{_HALVES[fraction]}"
    return "/".join(fraction) if not size["whole"] else f"{size['whole']} {'/'.join(fraction)}"


def split_key(text: str, by: Key) -> Key:
    """The keys in `text`, one for each name in `by`, joined by `|`, as 1 and 1/2" of a size may be too.

    Raises NotExpressible where they cannot be told apart.
    """
    parts = text.split("|")
    surplus = len(parts) - len(by)
    for places in combinations(range(len(parts) - 1), surplus) if surplus >= 0 else ():
        merged = _merged(parts, places)
        if merged is not None and all(_fits(name, *pair) for name, pair in zip(by, merged, strict=True)):
            return tuple(document_key(part) for part, _ in merged)
    raise NotExpressible(f"the key {text!r} does not have one part for each of {', '.join(by)}")


def _merged(parts: list[str], places: tuple[int, ...]) -> list[tuple[str, bool]] | None:
    """`parts` with those at `places` joined to the next, and whether each is a joined one."""
    merged: list[tuple[str, bool]] = []
    place = 0
    while place < len(parts):
        if place in places:
            size = f"{parts[place].strip()} {parts[place + 1].strip()}"
            if place + 1 in places or _SIZE.fullmatch(loose_key(size)) is None:
                return None
            merged.append((size, True))
            place += 2
        else:
            merged.append((parts[place].strip(), False))
            place += 1
    return merged


def _fits(name: str, part: str, is_joined: bool) -> bool:
    """A size made of two parts belongs to something that has a size."""
    return bool(part) and (not is_joined or any(word in name.lower() for word in _OF_A_METER))
