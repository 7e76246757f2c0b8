"""A utility's color made fit for reading: shades of it that keep the contrast WCAG 2.2 asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from chalicelib.domain.kernel.errors import Refusal

_TEXT, _GRAPHIC = 4.5, 3.0  # success criteria 1.4.3 and 1.4.11
_WHITE, _BLACK, _DUSK = (255, 255, 255), (0, 0, 0), (28, 34, 41)
_Rgb = tuple[int, int, int]


class NotAColor(Refusal):
    """A brand color is not written #rrggbb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """`brand` with text on it; `ink` for text and `bar` for bars on white or on `tint`; the same by night."""

    brand: str
    on_brand: str
    ink: str
    bar: str
    tint: str
    night_ink: str
    night_bar: str


@cache
def palette(color: str) -> Palette:
    """The shades of `color`. Raises NotAColor."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise NotAColor(f"{color!r} is not a color: write #rrggbb, for example #0b5394", color=color)
    brand = (int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16))
    tint = _mix(brand, _WHITE, 92)
    return Palette(
        brand=_hex(brand),
        on_brand=_hex(_WHITE if _contrast(brand, _WHITE) >= _TEXT else _BLACK),
        ink=_hex(_towards(brand, _BLACK, on=tint, ratio=_TEXT + 0.5)),
        bar=_hex(_lightest(brand, on=_WHITE, ratio=_GRAPHIC + 0.1)),
        tint=_hex(tint),
        night_ink=_hex(_towards(brand, _WHITE, on=_DUSK, ratio=_TEXT + 1.5)),
        night_bar=_hex(_towards(brand, _WHITE, on=_DUSK, ratio=_GRAPHIC + 0.5)),
    )


def _towards(color: _Rgb, end: _Rgb, *, on: _Rgb, ratio: float) -> _Rgb:
    """The first shade on the way from `color` to `end` that has the contrast."""
    shades = (_mix(color, end, percent) for percent in range(0, 101, 4))
    return next((shade for shade in shades if _contrast(shade, on) >= ratio), end)


def _lightest(color: _Rgb, *, on: _Rgb, ratio: float) -> _Rgb:
    """The palest shade of `color` that still has the contrast; a darker one where it has not itself."""
    if _contrast(color, on) < ratio:
        return _towards(color, _BLACK, on=on, ratio=ratio)
    shades = (_mix(color, _WHITE, percent) for percent in range(60, -1, -4))
    return next(shade for shade in shades if _contrast(shade, on) >= ratio)


def _mix(color: _Rgb, other: _Rgb, percent: int) -> _Rgb:
    red, green, blue = ((a * (100 - percent) + b * percent) // 100 for a, b in zip(color, other, strict=True))
    return red, green, blue


def _contrast(one: _Rgb, other: _Rgb) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: _Rgb) -> float:
    parts = (part / 255 for part in color)
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(color: _Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
