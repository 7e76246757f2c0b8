"""What is deployed runs from what is in its zip file: our code and templates, nothing of the checkout."""

from __future__ import annotations

import io
import json
import urllib.request
import zipfile
from typing import Any

import boto3
import pypdf
import pytest

from chalicelib import bootstrap
from cli.cloud.home import PROJECT
from tests.conftest import LocalCloudForTests
from tests.integration.conftest import ApiTown
from tests.towns import OCTOBER

pytestmark = [pytest.mark.emulator, pytest.mark.slow]


@pytest.fixture(scope="module")
def lambda_client(local_cloud: LocalCloudForTests) -> Any:
    return boto3.client("lambda", endpoint_url=local_cloud.endpoint)


def rendering(client: Any) -> str:
    """The name of the deployed function that renders bills."""
    names = [function["FunctionName"] for function in client.list_functions()["Functions"]]
    (name,) = [name for name in names if name.endswith("-render-bill")]
    return str(name)


def test_the_deployed_bundle_holds_functions_templates_and_our_code(lambda_client: Any) -> None:
    location = lambda_client.get_function(FunctionName=rendering(lambda_client))["Code"]["Location"]
    with urllib.request.urlopen(location) as answer:
        names = set(zipfile.ZipFile(io.BytesIO(answer.read())).namelist())
    assert {"app.py", "functions/render_bill.py", "chalicelib/bootstrap/stores.py", "chalice/app.py"} <= names
    templates = [path for path in (PROJECT / "templates").rglob("*") if path.is_file()]
    assert {str(path.relative_to(PROJECT)) for path in templates} - names == set()


def test_the_deployed_function_renders_from_its_bundle(lambda_client: Any, api_town: ApiTown) -> None:
    bill = {"account_id": api_town.ada.account_id, "bill_id": api_town.bill_id(OCTOBER), "form": "pdf"}
    answer = lambda_client.invoke(FunctionName=rendering(lambda_client), Payload=json.dumps(bill))
    assert "FunctionError" not in answer
    told = json.loads(answer["Payload"].read())
    body = bootstrap.document_store().get(told["key"])
    assert len(pypdf.PdfReader(io.BytesIO(body)).pages) >= 1


def test_what_cannot_be_rendered_is_told(lambda_client: Any, api_town: ApiTown) -> None:
    bill = {"account_id": api_town.ada.account_id, "bill_id": "BILL.X.2026-01.0", "form": "pdf"}
    answer = lambda_client.invoke(FunctionName=rendering(lambda_client), Payload=json.dumps(bill))
    assert json.loads(answer["Payload"].read())["refused"] == "BillUnknown"
