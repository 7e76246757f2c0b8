"""A page and a bill are rendered from the layers alone."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pypdf
import pytest

from chalicelib.rendering.bill_json import dump_bill
from cli.deploy.pango import LIBRARIES
from tests.bill_examples import common
from tests.infrastructure.artefacts.unpacked import RENDERING, Artefacts

pytestmark = [pytest.mark.artefacts, pytest.mark.slow]


PAGE = """
<html lang="en"><head><title>Bill</title><style>
  html {{ font-family: "Noto Sans", {families} }} code {{ font-family: "Noto Sans Mono" }}
</style></head><body><h1>Riverbend Water</h1><p><i>Your bill</i> <b>Größe Счёт</b></p>
<p>{words}</p><p><code>00123</code></p></body></html>
"""
WORDS = {
    "Arabic": "فاتورة المياه",
    "Armenian": "Ջուր",
    "Bengali": "পানি",
    "CJK SC": "水费账单",
    "Devanagari": "पानी",
    "Ethiopic": "ውሃ",
    "Georgian": "წყალი",
    "Gujarati": "પાણી",
    "Gurmukhi": "ਪਾਣੀ",
    "Hebrew": "חשבון מים",
    "Khmer": "ទឹក",
    "Lao": "ນ້ຳ",
    "Myanmar": "ရေ",
    "Tamil": "தண்ணீர்",
    "Telugu": "నీరు",
    "Thai": "น้ำ",
}

RENDER = """
import ctypes.util, json, time
searched = []
find = ctypes.util.find_library
ctypes.util.find_library = lambda name: searched.append(name) or find(name)
started = time.process_time()
import weasyprint
imported = time.process_time()
weasyprint.HTML(string={page!r}).write_pdf({target!r}, pdf_variant="pdf/ua-1")
rendered = time.process_time()
mapped = {{line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}}
print(json.dumps([sorted(mapped), searched, imported - started, rendered - imported]))
"""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page, rendered from the layers: its PDF, the libraries it took, those that were searched for."""

    pdf: pypdf.PdfReader
    libraries: list[str]
    searched: list[str]
    figures: str


@pytest.fixture(scope="module")
def rendered(artefacts: Artefacts) -> Rendered:
    variables = artefacts.package.template["Resources"][RENDERING]["Properties"]["Environment"]["Variables"]
    fonts = Path(variables["FONTCONFIG_FILE"]["Fn::If"][1]).relative_to("/opt")
    target = artefacts.folder / "page.pdf"
    page = PAGE.format(
        families=", ".join(f'"Noto Sans {script}"' for script in WORDS), words=" ".join(WORDS.values())
    )
    started = time.monotonic()
    libraries, searched, importing, rendering = artefacts.run(
        RENDERING,
        RENDER.format(page=page, target=str(target)),
        FONTCONFIG_FILE=str(artefacts.opt("pango") / fonts),
        XDG_CACHE_HOME=str(artefacts.folder / "cache"),
    )
    figures = f"import {importing:.2f} s CPU, first page {rendering:.2f} s CPU, "
    figures += f"{time.monotonic() - started:.1f} s in all"
    return Rendered(pypdf.PdfReader(io.BytesIO(target.read_bytes())), libraries, searched, figures)


def test_a_page_is_rendered_by_the_layers_libraries_and_no_other(
    artefacts: Artefacts, rendered: Rendered, record_property: Callable[[str, object], None]
) -> None:
    ours = {Path(path).name for path in rendered.libraries if path.startswith(str(artefacts.opt("pango")))}
    assert ours >= {*LIBRARIES, "libexpat.so.1", "libfreetype.so.6", "libglib-2.0.so.0"}
    strange = [
        path
        for path in rendered.libraries
        if not path.startswith((str(artefacts.folder), str(artefacts.python.root)))
    ]
    assert strange == []
    record_property("figures", rendered.figures)


def test_the_loader_finds_every_name_that_it_is_asked_for_at_once(rendered: Rendered) -> None:
    """Names without a dot never reach it; `vector` is what newer releases of HarfBuzz alone bring."""
    assert [name for name in rendered.searched if "." in name and "vector" not in name] == []


def test_every_script_is_set_in_a_font_of_the_layer_and_embedded(rendered: Rendered) -> None:
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()
        for page in rendered.pdf.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    ]
    families = {font["/BaseFont"].partition("+")[2].removeprefix("Noto-Sans").strip("-") for font in fonts}
    assert families >= {script.replace(" ", "-") for script in WORDS} | {"Bold", "Italic", "Mono"}
    for font in fonts:
        assert {"/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"].get_object()), font["/BaseFont"]


def test_the_page_can_be_read_again(rendered: Rendered) -> None:
    text = rendered.pdf.pages[0].extract_text()
    for words in ("Riverbend Water", "Счёт", "水费账单", "00123"):
        assert words in text


RENDER_BILL = """
import json, time
from pathlib import Path
from chalicelib.rendering import fonts
fonts.FOLDERS = (Path({fonts!r}),)  # on Lambda this is /opt/fonts
from chalicelib.rendering.bill_json import load_bill
from chalicelib.rendering.bill_renderer import JinjaBillRenderer
from chalicelib.usecases.ports.rendering import BillView
renderer, bill = JinjaBillRenderer(), load_bill(Path({document!r}).read_bytes())
body, pages = renderer.pdf(bill, BillView(language="es"))
Path({target!r}).write_bytes(body)
page = renderer.html(bill, BillView(language="en"))
started = time.process_time()
for _ in range(5):
    renderer.pdf(bill, BillView(language="es"))
warm_s = (time.process_time() - started) / 5
mapped = {{line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}}
print(json.dumps([pages, len(page), sorted(mapped), warm_s]))
"""


def test_a_bill_is_rendered_from_the_layers_alone(
    artefacts: Artefacts, record_property: Callable[[str, object], None]
) -> None:
    bill = common()
    document, target = artefacts.folder / "bill.json", artefacts.folder / "bill.pdf"
    document.write_bytes(dump_bill(bill))
    fonts = artefacts.opt("pango") / "fonts"
    pages, characters, mapped, warm_s = artefacts.run(
        RENDERING,
        RENDER_BILL.format(fonts=str(fonts), document=str(document), target=str(target)),
        FONTCONFIG_FILE=str(fonts / "fonts.conf"),
        XDG_CACHE_HOME=str(artefacts.folder / "cache"),
    )
    read = pypdf.PdfReader(target)
    assert len(read.pages) == pages
    assert characters > 10_000
    assert "Total a pagar" in read.pages[0].extract_text()
    assert [path for path in mapped if path.startswith("/usr/")] == []
    record_property("figures", f"a bill of {pages} pages, warm: {1000 * warm_s:.0f} ms CPU")
