"""The code on the stub: a QR code as one SVG path, for a telephone's camera."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import segno
from markupsafe import Markup

# Any mask can be read; trying all eight and scoring them takes five times as long as all the rest.
_MASK = 2
QUIET = 4  # modules of white around the code (ISO/IEC 18004)


def stub_code(link: str, *, title: str) -> Markup:
    """An SVG element that says `link`, dark on white whatever the page's colors; `title` is read aloud."""
    rows = list(segno.make_qr(link, error="m", mask=_MASK).matrix)
    side = len(rows) + 2 * QUIET
    path = "".join(
        f"M{start + QUIET} {y + QUIET}.5h{length}"
        for y, row in enumerate(rows)
        for start, length in _dark_runs(row)
    )
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="code" viewBox="0 0 {side} {side}" role="img">'
        '<title>{title}</title><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>'
        '<path stroke="#000" d="{path}"/></svg>'
    ).format(side=side, title=title, path=path)


def _dark_runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Start and length of every run of dark modules."""
    start, length = 0, 0
    for x, module in enumerate((*row, 0)):
        if module:
            start, length = (start, length + 1) if length else (x, 1)
        elif length:
            yield start, length
            length = 0
