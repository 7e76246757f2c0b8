"""The fonts of a PDF bill: which files, from which Debian packages, and where they are found.

The layer of the documents function carries the same files, flat, in /opt/fonts: its packager reads FONTS.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from chalicelib.domain.kernel.errors import Refusal


class FontsMissing(Refusal):
    """A font file that bills are set in is not on this machine."""


class Font(NamedTuple):
    """A font file. `path` is where its Debian `package` puts it, below /usr/share/fonts."""

    family: str
    weight: int
    path: str
    package: str


_SANS, _ARABIC, _HEBREW = "Headgate Sans", "Headgate Arabic", "Headgate Hebrew"

FONTS = (
    Font(_SANS, 400, "truetype/noto/NotoSans-Regular.ttf", "fonts-noto-core"),
    Font(_SANS, 700, "truetype/noto/NotoSans-Bold.ttf", "fonts-noto-core"),
    Font(_ARABIC, 400, "truetype/noto/NotoSansArabic-Regular.ttf", "fonts-noto-core"),
    Font(_ARABIC, 700, "truetype/noto/NotoSansArabic-Bold.ttf", "fonts-noto-core"),
    Font(_HEBREW, 400, "truetype/noto/NotoSansHebrew-Regular.ttf", "fonts-noto-core"),
    Font(_HEBREW, 700, "truetype/noto/NotoSansHebrew-Bold.ttf", "fonts-noto-core"),
    Font("Headgate Scanline", 400, "truetype/ocr-a/OCRA.ttf", "fonts-ocr-a"),
)
FONT_FILES = tuple(f"/usr/share/fonts/{font.path}" for font in FONTS)
FONT_PACKAGES = tuple(dict.fromkeys(font.package for font in FONTS))
TEXT_FAMILIES = ", ".join(f'"{family}"' for family in (_SANS, _ARABIC, _HEBREW))

FOLDERS = (Path("/opt/fonts"), Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


def font_files(folders: Sequence[Path] = ()) -> dict[Font, Path]:
    """Every font's file: in a folder (of FOLDERS) itself, or at its path below. Raises FontsMissing."""
    found = {font: file for font in FONTS if (file := _find(font, folders or FOLDERS))}
    missing = [font for font in FONTS if font not in found]
    if missing:
        packages = " ".join(dict.fromkeys(font.package for font in missing))
        names = ", ".join(Path(font.path).name for font in missing)
        raise FontsMissing(
            f"bills are set in fonts that are not here: {names}; "
            f"on Debian or Ubuntu: apt-get install {packages}",
            packages=packages,
        )
    return found


@cache
def font_face_css(folders: tuple[Path, ...] = ()) -> str:
    """`@font-face` rules with the files' own addresses, so that no other font can take their place."""
    return "\n".join(
        f'@font-face {{ font-family: "{font.family}"; font-weight: {font.weight}; '
        f'src: url("{file.as_uri()}") }}'
        for font, file in font_files(folders).items()
    )


def _find(font: Font, folders: Sequence[Path]) -> Path | None:
    candidates = (folder / name for folder in folders for name in (Path(font.path).name, font.path))
    return next((file for file in candidates if file.is_file()), None)
