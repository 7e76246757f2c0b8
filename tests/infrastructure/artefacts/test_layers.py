"""The layers of AWS: do they fit, run on Amazon Linux, and hold what is locked and chosen?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.rendering.fonts import FONTS as BILL_FONTS
from cli.deploy import elf, wheels
from cli.deploy.layers import LAYERS, LIMIT_BYTES, PackagesLayer, function_sizes
from cli.deploy.pango import FONTS
from tests.infrastructure.artefacts.unpacked import RENDERING, Artefacts

pytestmark = [pytest.mark.artefacts, pytest.mark.slow]


def test_every_function_fits_into_lambda(
    artefacts: Artefacts, record_property: Callable[[str, object], None]
) -> None:
    sizes = function_sizes(artefacts.package.template, artefacts.package.folder)
    assert set(sizes) >= {"APIHandler", "PostChunk", RENDERING, "SimulatePart"}
    assert max(sizes.values()) <= LIMIT_BYTES
    record_property(
        "figures",
        f"{sizes['APIHandler']:,} bytes for the API, {sizes[RENDERING]:,} for rendering, "
        f"{sizes['SimulatePart']:,} for simulating",
    )


def test_no_native_file_asks_for_more_than_amazon_linux_2023_has(artefacts: Artefacts) -> None:
    files = elf.native_files(artefacts.folder)
    assert len(files) > 50
    newer = {file.name: elf.needs_of(file).newer_than_runtime() for file in files}
    assert {name: versions for name, versions in newer.items() if versions} == {}


def test_expat_fills_its_seed_by_a_function_that_lambda_has(artefacts: Artefacts) -> None:
    wanted = elf.needs_of(artefacts.opt("pango") / "lib" / "libexpat.so.1").versions
    assert "GLIBC_2.25" in wanted
    assert "GLIBC_2.36" not in wanted


def test_every_library_that_is_needed_is_in_a_layer_or_the_runtime(
    artefacts: Artefacts, functions: list[str]
) -> None:
    for function in functions:
        files = [file for opt in artefacts.opts(function) for file in elf.native_files(opt)]
        there = elf.RUNTIME_LIBRARIES | {file.name for file in files}
        missing = {
            (file.name, name) for file in files for name in elf.needs_of(file).libraries if name not in there
        }
        assert missing == set(), function


def test_every_pin_of_a_lock_is_in_its_layer_and_nothing_else(artefacts: Artefacts) -> None:
    for layer in LAYERS:
        if isinstance(layer, PackagesLayer):
            held = {
                name.lower().replace("_", "-"): version
                for info in (artefacts.opt(layer.name) / "python").glob("*.dist-info")
                for name, _, version in [info.name.removesuffix(".dist-info").rpartition("-")]
            }
            assert held == wheels.versions(layer.requirements()), layer.name


def test_layers_hold_nothing_that_only_developers_need(artefacts: Artefacts) -> None:
    held = [path for layer in LAYERS for path in artefacts.opt(layer.name).rglob("*")]
    assert [path for path in held if path.name == "tests" or path.suffix in (".pyi", ".c", ".h")] == []


def test_every_module_has_byte_code_of_lambdas_interpreter(artefacts: Artefacts) -> None:
    places = [artefacts.task, *(artefacts.opt(layer.name) / "python" for layer in LAYERS)]
    modules = [module for place in places for module in place.rglob("*.py")]
    bare = [
        module
        for module in modules
        if not (module.parent / "__pycache__" / f"{module.stem}.cpython-313.pyc").exists()
    ]
    assert len(modules) > 1000
    assert bare == []


def test_the_fonts_of_the_layer_are_the_chosen_ones(artefacts: Artefacts) -> None:
    held = {path.name for path in (artefacts.opt("pango") / "fonts").iterdir()}
    assert held == {*FONTS, "fonts.conf"}


def test_the_fonts_that_bills_are_set_in_are_in_the_layer(artefacts: Artefacts) -> None:
    held = {path.name for path in (artefacts.opt("pango") / "fonts").iterdir()}
    assert {Path(font.path).name for font in BILL_FONTS} - held == set()


def test_the_pango_layer_says_what_it_was_made_from_and_under_which_licenses(artefacts: Artefacts) -> None:
    share = artefacts.opt("pango") / "share" / "pango-layer"
    made_from = json.loads((share / "packages.json").read_text())
    assert {"libpango-1.0-0", "libexpat1", "libharfbuzz0b", "fonts-noto-core"} <= set(made_from)
    assert {path.name.removesuffix(".copyright") for path in share.glob("*.copyright")} >= set(made_from)
