"""The native half of rendering documents: Pango with what it stands on, and fonts, from Debian's packages.

WeasyPrint loads Pango by name at run time. Lambda looks in /opt/lib after its own folders, so the layer holds
everything that these libraries need short of the C library. Debian 12 is built for glibc 2.36, Lambda has
2.34: expat alone asks for anything newer, one function that fills 8 bytes with chance, and is told to ask for
the older one that does the same.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from chalicelib.domain.kernel.errors import Refusal
from cli.deploy.debian import Debian, DebianPackage
from cli.deploy.elf import C_LIBRARY, Import, ask_for_another, needs_of

RELEASE = "bookworm"
PACKAGES = (
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libharfbuzz-subset0",  # without it a page with Chinese takes seconds
)
FONT_PACKAGES = ("fonts-noto-core", "fonts-noto-mono", "fonts-noto-cjk", "fonts-ocr-a")

# What WeasyPrint loads.
LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
    "libpangoft2-1.0.so.0",
)
# It tries other names first, and each that the loader does not know is searched for with programs that Lambda
# lacks. Names with a dot are given to the loader at once: these links end the search there.
LINKS = {
    "libgobject-2.0-0": "libgobject-2.0.so.0",
    "libpango-1.0-0": "libpango-1.0.so.0",
    "harfbuzz-0.0": "libharfbuzz.so.0",
    "harfbuzz-subset-0.0": "libharfbuzz-subset.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
}

# Latin, Cyrillic and Greek in the styles that templates use; other scripts as they occur in names, addresses
# and the languages a utility may write in.
FONTS = (
    *(f"NotoSans-{style}.ttf" for style in ("Regular", "Bold", "Italic", "BoldItalic")),
    *(f"NotoSansMono-{style}.ttf" for style in ("Regular", "Bold")),
    *(
        f"NotoSans{script}-{style}.ttf"
        for script in (
            *("Arabic", "Armenian", "Bengali", "Devanagari", "Ethiopic", "Georgian", "Gujarati", "Gurmukhi"),
            *("Hebrew", "Khmer", "Lao", "Myanmar", "Tamil", "Telugu", "Thai"),
        )
        for style in ("Regular", "Bold")
    ),
    *(f"NotoSansCJK-{style}.ttc" for style in ("Regular", "Bold")),  # Chinese, Japanese, Korean
    "OCRA.ttf",  # scan lines of payment stubs
)

# Both take a buffer and its length and fill it from the kernel's generator. getentropy gives up to 256 bytes,
# expat wants 8, to seed its hash tables.
GETENTROPY_FOR_ARC4RANDOM = (Import("arc4random_buf", "GLIBC_2.36"), Import("getentropy", "GLIBC_2.25"))

FONTS_CONF = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <!-- The folder of this file; nothing of the machine. -->
  <dir prefix="relative">.</dir>
  <!-- XDG_CACHE_HOME: the one folder that a function may write to. -->
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>sans-serif</family><prefer><family>Noto Sans</family></prefer></alias>
  <alias><family>serif</family><prefer><family>Noto Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>Noto Sans Mono</family></prefer></alias>
</fontconfig>
"""


class LibraryMissing(Refusal):
    """A library that another one needs is in no package that was fetched."""


class TooNewForLambda(Refusal):
    """A library asks for symbols that Lambda's system does not have."""


def packages(archive: Debian) -> list[DebianPackage]:
    """What the layer is made from, at the versions Debian has today."""
    return archive.closure([*PACKAGES, *FONT_PACKAGES])


def build(archive: Debian, layer: Path) -> None:
    """Lay out `lib/`, `fonts/` and `share/` in `layer`.

    Raises PackagingFailed, LibraryMissing, ImportNotReplaced, TooNewForLambda.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        archive.unpack([*PACKAGES, *FONT_PACKAGES], root)
        _lay_out(root, layer, packages(archive))


def _lay_out(root: Path, layer: Path, contents: list[DebianPackage]) -> None:
    (layer / "lib").mkdir(parents=True)
    _copy_libraries(root, layer / "lib")
    for library in (layer / "lib").iterdir():
        if needs_of(library).newer_than_runtime():
            ask_for_another(library, *GETENTROPY_FOR_ARC4RANDOM)
    for library in sorted((layer / "lib").iterdir()):
        if newer := needs_of(library).newer_than_runtime():
            raise TooNewForLambda(
                f"{library.name} needs {', '.join(newer)}, which Amazon Linux 2023 lacks. If an older "
                "function does the same, let it ask for that one (cli/deploy/pango.py); else take the "
                "library from an older Debian.",
                library=library.name,
                versions=newer,
            )
    for name, target in LINKS.items():
        (layer / "lib" / name).symlink_to(target)
    _copy_fonts(root, layer / "fonts")
    _copy_licenses(root, layer / "share" / "pango-layer", contents)


def _copy_libraries(root: Path, into: Path) -> None:
    """Copy the libraries by the names the loader looks for, and what each of them needs in turn."""
    folders = [root / "usr/lib/x86_64-linux-gnu", root / "lib/x86_64-linux-gnu"]
    todo = list(LIBRARIES)
    while todo:
        name = todo.pop()
        if name in C_LIBRARY or (into / name).exists():
            continue
        found = next((folder / name for folder in folders if (folder / name).exists()), None)
        if found is None:
            raise LibraryMissing(
                f"{name} is in none of Debian's packages {', '.join(PACKAGES)} and what they depend on. "
                "Add the package that holds it to PACKAGES (cli/deploy/pango.py).",
                library=name,
            )
        shutil.copyfile(found.resolve(), into / name)
        todo += needs_of(into / name).libraries


def _copy_fonts(root: Path, into: Path) -> None:
    into.mkdir()
    by_name = {path.name: path for path in (root / "usr/share/fonts").rglob("*") if path.is_file()}
    for name in FONTS:
        shutil.copyfile(by_name[name], into / name)
    (into / "fonts.conf").write_text(FONTS_CONF)


def _copy_licenses(root: Path, into: Path, contents: list[DebianPackage]) -> None:
    """Say what the layer was made from, by package and version, and carry each one's copyright file."""
    into.mkdir(parents=True)
    made_from = {package.name: package.version for package in contents}
    (into / "packages.json").write_text(json.dumps(made_from, indent=1) + "\n")
    for file in sorted((root / "usr/share/doc").glob("*/copyright")):
        shutil.copyfile(file, into / f"{file.parent.name}.copyright")
