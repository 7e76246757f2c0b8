"""What native files ask of their machine, shown on an extension module of this environment."""

from __future__ import annotations

import shutil
from pathlib import Path

import _cffi_backend
import pydantic_core._pydantic_core as pydantic_module
import pytest

from cli.deploy import elf
from cli.deploy.elf import Import, ImportNotReplaced, Needs, ask_for_another, native_files, needs_of


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return Path(shutil.copy(_cffi_backend.__file__, tmp_path / "library.so"))


def test_versions_are_compared_by_number_not_by_letter() -> None:
    wanted = frozenset({"GLIBC_2.4", "GLIBC_2.34", "GLIBC_2.36", "GLIBCXX_3.4.30", "CXXABI_1.3.13", "FOO_9"})
    assert Needs((), wanted).newer_than_runtime() == ["GLIBCXX_3.4.30", "GLIBC_2.36"]


def test_a_wheels_module_needs_the_c_library_and_nothing_new(library: Path) -> None:
    needs = needs_of(library)
    assert "libc.so.6" in needs.libraries
    assert "GLIBC_2.2.5" in needs.versions
    assert needs.newer_than_runtime() == []


def test_native_files_are_told_by_their_content_and_links_are_left_out(library: Path) -> None:
    (library.parent / "text.so").write_text("not native")
    (library.parent / "link.so").symlink_to(library)
    assert native_files(library.parent) == [library]


def test_an_import_gets_another_name_and_version_and_nothing_else_changes(tmp_path: Path) -> None:
    library = Path(shutil.copy(pydantic_module.__file__, tmp_path / "library.so"))
    needs, size = needs_of(library), library.stat().st_size
    (lone,) = imports_of(library, "GCC_4.2.0")
    other = Import("free", "GCC_9.9")
    ask_for_another(library, lone, other)
    assert imports_of(library, "GCC_9.9") == [other]
    assert needs_of(library) == Needs(needs.libraries, needs.versions - {"GCC_4.2.0"} | {"GCC_9.9"})
    assert library.stat().st_size == size


def test_a_name_that_is_the_end_of_another_name_is_left_alone(library: Path) -> None:
    """Compilers keep `memcpy` as the end of `ffi_memcpy`: writing over the one would change both."""
    with pytest.raises(ImportNotReplaced, match="memcpy cannot become free"):
        ask_for_another(library, Import("memcpy", "GLIBC_2.14"), Import("free", "GLIBC_2.9"))


def test_a_version_that_more_than_one_import_needs_is_left_alone(library: Path) -> None:
    before = library.read_bytes()
    with pytest.raises(ImportNotReplaced, match=r"takes more of GLIBC_2\.2\.5"):
        ask_for_another(library, Import("malloc", "GLIBC_2.2.5"), Import("free", "GLIBC_2.0"))
    assert library.read_bytes() == before


def imports_of(library: Path, version: str) -> list[Import]:
    with library.open("rb") as opened:
        return [entry for entry in elf._imports(elf.ELFFile(opened)) if entry.version == version]
