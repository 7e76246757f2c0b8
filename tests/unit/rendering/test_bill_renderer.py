"""The renderer as a whole: what it refuses, what it hands to templates, and when it counts as another one."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.utility.profile import Paper
from chalicelib.rendering import pdf_pages
from chalicelib.rendering.bill_renderer import TEMPLATES, JinjaBillRenderer
from chalicelib.rendering.colors import palette
from chalicelib.rendering.fonts import FONT_FILES, FONT_PACKAGES, FontsMissing, font_files
from chalicelib.rendering.presentation.bill import present
from chalicelib.rendering.usage_chart import SCREEN_INK
from chalicelib.usecases.ports.rendering import BillView, view_of
from tests.bill_cases import EXAMPLES, common, example
from tests.bill_right_to_left import templates_with_arabic

_VIEW = BillView(language="en")


@pytest.mark.parametrize("name", EXAMPLES)
def test_templates_get_primitives_only(name: str, renderer: JinjaBillRenderer) -> None:
    words = renderer._words("es", "US", markup=False)

    def primitive(value: Any) -> bool:
        if isinstance(value, dict):
            return all(isinstance(key, str) and primitive(each) for key, each in value.items())
        if isinstance(value, list | tuple):
            return all(map(primitive, value))
        return isinstance(value, str | bool | int | None)

    assert primitive(present(example(name), words, plain=words, ink=SCREEN_INK))


def test_nothing_in_the_styles_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("weasyprint")
    before = log.level
    log.setLevel(logging.WARNING)
    try:
        for paper in Paper:
            for large in (False, True):
                view = BillView(language="en", paper=paper, large_print=large)
                JinjaBillRenderer().pdf(common(), view)
    finally:
        log.setLevel(before)
    assert not [record.getMessage() for record in caplog.records if record.name == "weasyprint"]


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/x.png", "file:///etc/passwd", "data:text/plain,x", "ftp://evil.example", "//evil"],
)
def test_no_address_is_opened_while_printing(address: str) -> None:
    with pytest.raises(pdf_pages.AddressRefused, match="nothing is fetched"):
        pdf_pages._FontsOnly().fetch(address)


def test_a_picture_that_got_into_a_page_is_not_fetched(renderer: JinjaBillRenderer) -> None:
    page = '<html lang="en"><head><title>x</title></head><body>'
    page += '<img src="https://evil.example/x.png" alt="x"/></body></html>'
    printed = renderer._pages.printed(page, _VIEW, colors=palette("#000000"))
    assert printed.pages == 1


def test_what_a_customer_is_called_stays_text(renderer: JinjaBillRenderer) -> None:
    name = "</style><script>alert(1)</script>&amp;"
    document = replace(common(), recipient=replace(common().recipient, name=name))
    page = renderer.html(document, _VIEW)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert renderer.pdf(document, _VIEW).pages == 2


def test_missing_fonts_are_named_with_their_packages(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing, match=r"NotoSans-Regular\.ttf.*install fonts-noto-core fonts-ocr-a"):
        font_files([tmp_path])
    assert FONT_PACKAGES == ("fonts-noto-core", "fonts-ocr-a")


def test_missing_libraries_are_named_with_their_packages(tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')\n")
    tried = subprocess.run(
        [sys.executable, "-c", "import chalicelib.rendering.pdf_pages"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{TEMPLATES.parent}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "LibrariesMissing" in tried.stderr
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in tried.stderr


def test_fonts_are_found_in_a_flat_folder_too(tmp_path: Path) -> None:
    for file in FONT_FILES:
        shutil.copy(file, tmp_path)
    assert {file.parent for file in font_files([tmp_path]).values()} == {tmp_path}


def test_setup_installs_the_packages_of_the_fonts() -> None:
    setup = (TEMPLATES.parent / ".ci" / "setup").read_text(encoding="utf-8")
    line = next(line for line in setup.splitlines() if line.startswith("FONTS="))
    pairs = [pair.split(":") for pair in line.removeprefix("FONTS=").strip('"').split()]
    assert tuple(package for _, package in pairs) == FONT_PACKAGES
    assert {f"/usr/share/fonts/{file}" for file, _ in pairs} <= set(FONT_FILES)


def test_templates_lie_beside_the_package() -> None:
    assert (TEMPLATES / "bill" / "paper.html").is_file()
    assert TEMPLATES.parent == Path(pdf_pages.__file__).parents[2]


@pytest.mark.parametrize("changed", ["bill/paper.css", "bill/page.html", "locale/es/bill.po"])
def test_another_template_or_catalog_is_another_edition(changed: str, tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    same = JinjaBillRenderer(tmp_path / "templates").edition
    assert same == JinjaBillRenderer().edition
    with (tmp_path / "templates" / changed).open("a") as file:
        file.write("\n")
    assert JinjaBillRenderer(tmp_path / "templates").edition != same


def test_a_language_without_a_catalog_is_seen_in_the_first(renderer: JinjaBillRenderer) -> None:
    assert view_of(example("long_names"), renderer.languages).language == "en"


def test_right_to_left_is_printed_and_shown(tmp_path: Path) -> None:
    renderer = JinjaBillRenderer(templates_with_arabic(tmp_path))
    view = BillView(language="ar")
    assert renderer.languages == ("en", "ar", "es")
    assert renderer.pdf(example("estimate"), view).pages <= 3
    page = renderer.html(example("estimate"), view)
    assert '<html lang="ar" dir="rtl">' in page
    assert '<bdi dir="ltr">10-204871-03</bdi>' in page
    assert '<span lang="en" dir="ltr">Your meter was estimated</span>' in page


def test_the_page_needs_nothing_from_elsewhere(renderer: JinjaBillRenderer) -> None:
    page = renderer.html(common(), _VIEW)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page
    for word in ("<script", "<link", "@import", "url(", " src="):
        assert word not in page
