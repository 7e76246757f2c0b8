"""A function reaches what its role allows and nothing else, on the emulator as on AWS."""

from __future__ import annotations

import json
from typing import Any

import boto3
import ministack.app
import pytest
from botocore.exceptions import ClientError
from ministack.core.lambda_runtime import execution_credentials

from tests.conftest import LocalCloudForTests

pytestmark = pytest.mark.emulator

KEY = {"pk": {"S": "C01.001"}, "sk": {"S": "ANY"}}


@pytest.fixture
def client_of(local_cloud: LocalCloudForTests, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Clients that hold the credentials the emulator gives a function's worker."""

    def client(service: str, function: str) -> Any:
        name = f"headgate-local-{function}"
        awslambda = boto3.client("lambda")
        awslambda.invoke(
            FunctionName=name, Payload=json.dumps({})
        )  # whatever it answers: its worker has credentials now
        config = awslambda.get_function_configuration(FunctionName=name)
        monkeypatch.setattr(ministack.app, "AUTH", True)
        keys = execution_credentials(dict(config))
        return boto3.client(
            service,
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=keys["AWS_SESSION_TOKEN"],
        )

    return client


def test_a_client_with_a_functions_credentials_is_that_function(client_of: Any) -> None:
    arn = client_of("sts", "freeze-chunk").get_caller_identity()["Arn"]
    assert "FreezeChunkRole" in arn
    assert arn.endswith("/headgate-local-freeze-chunk")


def test_freezing_reads_the_registry(local_cloud: LocalCloudForTests, client_of: Any) -> None:
    found = client_of("dynamodb", "freeze-chunk").get_item(
        TableName=local_cloud.settings.registry_table, Key=KEY
    )
    assert "Item" not in found


@pytest.mark.parametrize(
    ("function", "table"),
    [
        ("rate-chunk", "ledger_table"),
        ("rate-chunk", "registry_table"),
        ("freeze-chunk", "audit_table"),
        ("post-chunk", "registry_table"),
        ("simulate-part", "registry_table"),
        ("api", "metering_table"),
        ("api", "audit_table"),
    ],
)
def test_a_foreign_table_is_refused(
    local_cloud: LocalCloudForTests, client_of: Any, function: str, table: str
) -> None:
    with pytest.raises(ClientError) as refused:
        client_of("dynamodb", function).get_item(TableName=getattr(local_cloud.settings, table), Key=KEY)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_freezing_may_not_write_the_ledger(local_cloud: LocalCloudForTests, client_of: Any) -> None:
    with pytest.raises(ClientError) as refused:
        client_of("dynamodb", "freeze-chunk").put_item(TableName=local_cloud.settings.ledger_table, Item=KEY)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_posting_writes_the_ledger_but_never_deletes(local_cloud: LocalCloudForTests, client_of: Any) -> None:
    posting = client_of("dynamodb", "post-chunk")
    table = local_cloud.settings.ledger_table
    posting.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": KEY}}]})
    with pytest.raises(ClientError) as refused:
        posting.delete_item(TableName=table, Key=KEY)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    boto3.client("dynamodb").delete_item(TableName=table, Key=KEY)


def test_rating_writes_drafts_but_no_frozen_input(local_cloud: LocalCloudForTests, client_of: Any) -> None:
    rating = client_of("s3", "rate-chunk")
    bucket = local_cloud.settings.artefacts_bucket
    rating.put_object(Bucket=bucket, Key="runs/test/drafts/C01.001.json.gz", Body=b"")
    with pytest.raises(ClientError) as refused:
        rating.put_object(Bucket=bucket, Key="runs/test/frozen/C01.001.json.gz", Body=b"")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_simulating_writes_sums_but_no_usage_and_nothing_of_a_run(
    local_cloud: LocalCloudForTests, client_of: Any
) -> None:
    simulating = client_of("s3", "simulate-part")
    bucket = local_cloud.settings.artefacts_bucket
    simulating.put_object(Bucket=bucket, Key="simulations/test/sums/00000.npz", Body=b"")
    for key in (
        "simulations/test/parts/00000.npz",
        "simulations/test/order.json",
        "runs/test/drafts/C01.001",
    ):
        with pytest.raises(ClientError) as refused:
            simulating.put_object(Bucket=bucket, Key=key, Body=b"")
        assert refused.value.response["Error"]["Code"] == "AccessDenied", key
