"""What a native file asks of the machine it is loaded on: other libraries, and versions of their symbols."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from chalicelib.domain.kernel.errors import Refusal

# The C library's own family: every Linux has it, and it must be the one the kernel's loader belongs to.
C_LIBRARY = frozenset(
    f"{name}.so.{number}"
    for name, number in (
        ("libc", 6),
        ("libm", 6),
        ("libdl", 2),
        ("librt", 1),
        ("libpthread", 0),
        ("libresolv", 2),
        ("libutil", 1),
        ("ld-linux-x86-64", 2),
    )
)
# What Amazon Linux 2023 has, the system under Lambda's Python 3.12 and later: glibc 2.34 and the libraries of
# gcc 11 (Amazon Linux 2023 User Guide, "Core toolchain packages glibc, gcc, binutils"). Wheels for
# manylinux_2_34 assume the same (PEP 600), and zlib like all of manylinux: numpy's Fortran library takes it.
# Lambda starts from Amazon Linux's minimal container ("Introducing the Amazon Linux 2023 runtime for AWS
# Lambda"), whose package manager stands on zlib.
RUNTIME_LIBRARIES = C_LIBRARY | {"libgcc_s.so.1", "libstdc++.so.6", "libz.so.1"}
RUNTIME_VERSIONS = {
    "GLIBC": (2, 34),
    "GLIBCXX": (3, 4, 29),
    "CXXABI": (1, 3, 13),
    "GCC": (11,),
}
_VERSION = re.compile(r"(GLIBC|GLIBCXX|CXXABI|GCC)_(\d+(?:\.\d+)*)$")


@dataclass(frozen=True, slots=True)
class Needs:
    """Libraries by the name the loader looks for, and the symbol versions (`GLIBC_2.17`) wanted of them."""

    libraries: tuple[str, ...]
    versions: frozenset[str]

    def newer_than_runtime(self) -> list[str]:
        """The versions that Lambda's runtime does not have yet."""
        return sorted(version for version in self.versions if _is_newer(version))


class Import(NamedTuple):
    """A function that a file takes from a library, and the version of the library's symbols that has it."""

    function: str
    version: str


class ImportNotReplaced(Refusal):
    """A file's import cannot be given another name where it stands."""


def is_elf(file: Path) -> bool:
    """Whether a file is a native one (a link is judged by what it points to)."""
    with file.open("rb") as opened:
        return opened.read(4) == b"\x7fELF"


def needs_of(file: Path) -> Needs:
    """Read a native file's needs. Raises ELFError when it is none."""
    with file.open("rb") as opened:
        elf = ELFFile(opened)
        return Needs(tuple(_libraries(elf)), frozenset(_versions(elf)))


def native_files(folder: Path) -> list[Path]:
    """Every native file below a folder, links left out, in order."""
    return sorted(f for f in folder.rglob("*") if f.is_file() and not f.is_symlink() and is_elf(f))


def _libraries(elf: ELFFile) -> Iterator[str]:
    for section in elf.iter_sections():
        if isinstance(section, DynamicSection):
            names = _section(elf, ".dynstr")
            yield from (names.get_string(tag["d_val"]) for tag in section.iter_tags("DT_NEEDED"))


def _versions(elf: ELFFile) -> Iterator[str]:
    for section in elf.iter_sections():
        if isinstance(section, GNUVerNeedSection):
            for _, wanted in section.iter_versions():
                yield from (auxiliary.name for auxiliary in wanted)


def _is_newer(version: str) -> bool:
    match = _VERSION.match(version)
    if match is None:
        return False
    number = tuple(int(part) for part in match[2].split("."))
    return number > RUNTIME_VERSIONS[match[1]]


def ask_for_another(file: Path, old: Import, new: Import) -> None:
    """Let a native file take `new` wherever it takes `old`, the only thing it takes of that version.

    Names are written over in place, so the new ones may not be longer. Raises ImportNotReplaced.
    """
    content = bytearray(file.read_bytes())
    with file.open("rb") as opened:
        elf = ELFFile(opened)
        taken = _imports(elf)
        if [entry for entry in taken if entry.version == old.version] != [old]:
            raise ImportNotReplaced(
                f"{file.name} takes more of {old.version} than {old.function}, or not that. "
                "Look at what it is before replacing it.",
                file=file.name,
                version=old.version,
            )
        strings, needed = _section(elf, ".dynstr"), _section(elf, ".gnu.version_r")
        table = strings.data()
        for before, after in zip(old, new, strict=True):
            was, becomes = (b"\0" + name.encode() + b"\0" for name in (before, after))
            if table.count(was) != 1 or len(becomes) > len(was):
                raise ImportNotReplaced(f"{before} cannot become {after} in {file.name}.", file=file.name)
            at = strings["sh_offset"] + table.index(was)
            content[at : at + len(was)] = becomes.ljust(len(was), b"\0")
        was, becomes = (_hash(version).to_bytes(4, "little") for version in (old.version, new.version))
        at = content.index(was, needed["sh_offset"], needed["sh_offset"] + needed["sh_size"])
        content[at : at + 4] = becomes
    file.write_bytes(content)


def _imports(elf: ELFFile) -> list[Import]:
    """Every symbol of a version that a file takes from other files."""
    names = {
        auxiliary["vna_other"]: auxiliary.name
        for _, wanted in _section(elf, ".gnu.version_r").iter_versions()
        for auxiliary in wanted
    }
    versions = _section(elf, ".gnu.version")
    symbols = _section(elf, ".dynsym")
    return [
        Import(symbol.name, names[number])
        for at, symbol in enumerate(symbols.iter_symbols())
        if (number := versions.get_symbol(at)["ndx"]) in names
    ]


def _section(elf: ELFFile, name: str) -> Any:
    section = elf.get_section_by_name(name)
    if section is None:
        raise ImportNotReplaced(f"The file has no section {name}: it takes nothing by version.", section=name)
    return section


def _hash(name: str) -> int:
    """The hash that the loader compares version names by (System V ABI)."""
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high
    return value
