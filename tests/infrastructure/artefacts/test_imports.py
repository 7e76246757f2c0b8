"""Our code under Lambda's interpreter: is all there that it comes to import?"""

from __future__ import annotations

import sys
import zipfile

import pytest

from cli.cloud.home import PROJECT
from cli.deploy import wheels
from cli.deploy.layers import layers_of
from tests.infrastructure.artefacts.unpacked import Artefacts
from tests.infrastructure.reach import packages_reached

pytestmark = [pytest.mark.artefacts, pytest.mark.slow]


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
