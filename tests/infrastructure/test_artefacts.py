"""The artefacts of AWS, really built: do they fit, load, hold what is locked and what we import, and render?

They are built from the package registries and run by Python 3.13, Lambda's interpreter, with nothing of this
machine's Python around. What is built once stays in .headgate/layers.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdf
import pytest

from chalicelib.columnar.simulation_files import PartDesk
from chalicelib.rendering.bill_json import dump_bill
from chalicelib.rendering.fonts import FONTS as BILL_FONTS
from cli.cloud.home import PROJECT
from cli.deploy import elf, wheels
from cli.deploy.lambda_python import LambdaPython
from cli.deploy.layers import (
    LAYERS,
    LIMIT_BYTES,
    PackagesLayer,
    function_sizes,
    functions_of,
    lambda_python,
    layers_of,
)
from cli.deploy.package import Package, complete_for_aws, make_package
from cli.deploy.pango import FONTS, LIBRARIES
from cli.deploy.zips import unzip
from tests.bill_examples import common
from tests.infrastructure.conftest import once_a_run
from tests.infrastructure.reach import packages_reached
from tests.rated_elsewhere import Stack, riverbend

pytestmark = [pytest.mark.artefacts, pytest.mark.slow]

CACHE = PROJECT / ".headgate" / "layers"
RENDERING = "RenderBill"
# What Lambda sets, and our own settings as the stack would set them.
ENVIRONMENT = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}


@dataclass(frozen=True, slots=True)
class Artefacts:
    """A package complete for AWS, unpacked: `task` is /var/task, and each layer has an /opt of its own."""

    package: Package
    folder: Path
    python: LambdaPython

    @property
    def task(self) -> Path:
        return self.folder / "task"

    def opt(self, layer: str) -> Path:
        return self.folder / layer

    def opts(self, function: str) -> list[Path]:
        return [self.opt(layer) for layer in layers_of(self.package.template, function)]

    def handler(self, function: str) -> str:
        name: str = self.package.template["Resources"][function]["Properties"]["Handler"]
        return name

    def run(self, function: str, code: str, **environment: str) -> Any:
        """Run code with the bundle and a function's layers alone; return what it prints, read as JSON."""
        packages = [str(self.task), *(str(opt / "python") for opt in self.opts(function))]
        libraries = [opt / "lib" for opt in self.opts(function) if (opt / "lib").exists()]
        done = subprocess.run(
            [
                *self.python.command(*libraries),
                *("-I", "-B", "-S", "-c", f"import sys; sys.path[:0] = {packages!r}\n{code}"),
            ],
            env=ENVIRONMENT | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)


def build(folder: Path) -> None:
    package = make_package(stage="prod", folder=folder / "package")
    complete_for_aws(package, CACHE, say=lambda _: None)
    unzip(package.bundle, folder / "task")
    for layer in LAYERS:
        unzip(package.folder / f"{layer.name}.zip", folder / layer.name)


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Artefacts:
    folder = once_a_run(tmp_path_factory, "artefacts", build)
    out = folder / "package" / "out"
    return Artefacts(Package(json.loads((out / "sam.json").read_text()), out), folder, lambda_python(CACHE))


@pytest.fixture(scope="module")
def functions(artefacts: Artefacts) -> list[str]:
    return functions_of(artefacts.package.template)


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


def test_the_bundle_holds_our_code_and_chalices_run_time(artefacts: Artefacts) -> None:
    with zipfile.ZipFile(artefacts.package.bundle) as bundle:
        names = set(bundle.namelist())
    ours = [
        path.relative_to(PROJECT)
        for folder in ("functions", "chalicelib", "templates")
        for path in (PROJECT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert {"app.py", "chalice/app.py"} <= names
    assert {str(path) for path in ours} - names == set()


def test_nothing_that_a_function_can_come_to_import_is_missing(
    artefacts: Artefacts, functions: list[str]
) -> None:
    for function in functions:
        module = artefacts.handler(function).rpartition(".")[0]
        reached = packages_reached(artefacts.task, module)
        assert reached, function
        packages = {
            path.name.partition(".")[0]
            for opt in artefacts.opts(function)
            for path in (opt / "python").glob("*")
        }
        missing = {
            name: importer
            for name, importer in reached.items()
            if name not in packages and name not in sys.stdlib_module_names
        }
        assert missing == {}, f"{function} has the layers {layers_of(artefacts.package.template, function)}"


def test_what_a_function_can_come_to_import_is_seen_through_imports_inside_functions(
    artefacts: Artefacts,
) -> None:
    """Else the test above would prove nothing: clients and the renderer are imported on first use."""
    posting = packages_reached(artefacts.task, "functions.post_chunk")
    rendering = packages_reached(artefacts.task, "functions.render_bill")
    assert {"boto3", "aws_lambda_powertools"} <= set(posting)
    simulating = packages_reached(artefacts.task, "functions.simulate_part")
    assert "weasyprint" in rendering
    assert "weasyprint" not in posting
    assert "numpy" in simulating
    assert "numpy" not in posting


def test_every_handler_is_there_with_its_layers_alone(artefacts: Artefacts, functions: list[str]) -> None:
    alike: dict[tuple[str, ...], list[str]] = {}
    for function in functions:
        alike.setdefault(tuple(layers_of(artefacts.package.template, function)), []).append(function)
    assert len(alike) > 1
    for group in alike.values():
        handlers = [artefacts.handler(function).rpartition(".")[::2] for function in group]
        code = f"""
import importlib, json
handlers = [getattr(importlib.import_module(module), name) for module, name in {handlers!r}]
files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
print(json.dumps([all(map(callable, handlers)), [file for file in files if file]]))
"""
        settings = {"POWERTOOLS_TRACE_DISABLED": "false", "POWERTOOLS_METRICS_DISABLED": "false"}
        are_callable, files = artefacts.run(
            group[0], code, XDG_CACHE_HOME=str(artefacts.folder / "cache"), **settings
        )
        allowed = (str(artefacts.folder), str(artefacts.python.root))
        assert are_callable
        assert [file for file in files if not file.startswith(allowed)] == [], group


def test_the_client_of_every_aws_service_that_we_use_can_be_made(artefacts: Artefacts) -> None:
    services = sorted(wheels.aws_services())
    code = f"""
import json
from chalicelib.runtime.clients import aws_client
import aws_lambda_powertools, aws_xray_sdk.core, pynamodb.models, zoneinfo
zoneinfo.ZoneInfo("America/Los_Angeles")
print(json.dumps([aws_client(name).meta.service_model.service_name for name in {services!r}]))
"""
    assert artefacts.run("APIHandler", code) == services


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


def test_the_fonts_of_the_layer_are_the_chosen_ones(artefacts: Artefacts) -> None:
    held = {path.name for path in (artefacts.opt("pango") / "fonts").iterdir()}
    assert held == {*FONTS, "fonts.conf"}


def test_the_fonts_that_bills_are_set_in_are_in_the_layer(artefacts: Artefacts) -> None:
    held = {path.name for path in (artefacts.opt("pango") / "fonts").iterdir()}
    assert {Path(font.path).name for font in BILL_FONTS} - held == set()


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


RATE_PART = """
import json
from pathlib import Path
from chalicelib import bootstrap
from chalicelib.columnar.simulation_files import PartDesk
from chalicelib.storage.memory.artefacts import MemoryArtefacts
store, folder = MemoryArtefacts(), Path({folder!r})
for file in folder.rglob("*.*"):
    store.put(str(file.relative_to(folder)), file.read_bytes())
done = PartDesk(store, read=bootstrap.read_rate_document).rate("S1", {number}, transient=())
(folder / {sums!r}).write_bytes(store.get({sums!r}))
mapped = {{line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}}
print(json.dumps([done, sorted(mapped)]))
"""


def test_usage_is_rated_from_the_layers_alone_and_comes_to_the_same(
    artefacts: Artefacts, tmp_path: Path
) -> None:
    """Lambda's interpreter and numpy on one side, those of this machine on the other."""
    mapped: set[str] = set()

    def work(_desk: PartDesk, number: int) -> None:
        for key in stack.store.keys("simulations/"):
            (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / key).write_bytes(stack.store.get(key))
        sums = f"simulations/S1/sums/{number:05}.npz"
        (tmp_path / sums).parent.mkdir(exist_ok=True)
        code = RATE_PART.format(folder=str(tmp_path), number=number, sums=sums)
        done, libraries = artefacts.run("SimulatePart", code)
        assert done
        mapped.update(libraries)
        stack.store.put(sums, (tmp_path / sums).read_bytes())

    stack = Stack(work)
    assert riverbend(stack=stack, rows_a_part=1_500) == riverbend()
    assert any("/columns/python/numpy/" in path for path in mapped)
    ours = (str(artefacts.folder), str(artefacts.python.root))
    of_the_system = {Path(path).name for path in mapped if not path.startswith(ours)}
    there = tuple(elf.RUNTIME_LIBRARIES)
    assert [name for name in of_the_system if not name.startswith(there)] == []


def test_the_pango_layer_says_what_it_was_made_from_and_under_which_licenses(artefacts: Artefacts) -> None:
    share = artefacts.opt("pango") / "share" / "pango-layer"
    made_from = json.loads((share / "packages.json").read_text())
    assert {"libpango-1.0-0", "libexpat1", "libharfbuzz0b", "fonts-noto-core"} <= set(made_from)
    assert {path.name.removesuffix(".copyright") for path in share.glob("*.copyright")} >= set(made_from)
