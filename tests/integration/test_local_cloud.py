"""The local cloud that `headgate up` makes."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import boto3
import pytest

from tests.conftest import LocalCloudForTests

pytestmark = pytest.mark.emulator


def test_health_answers_through_the_api(local_cloud: LocalCloudForTests) -> None:
    with urllib.request.urlopen(f"{local_cloud.api_url}/health") as response:
        answer = json.load(response)
    assert (answer["status"], answer["stage"]) == ("ok", "local")


def test_an_unknown_route_is_refused(local_cloud: LocalCloudForTests) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{local_cloud.api_url}/no-such-route")
    assert refused.value.code in (403, 404)


def test_the_settings_name_tables_that_take_items(local_cloud: LocalCloudForTests) -> None:
    dynamodb = boto3.client("dynamodb")
    names = local_cloud.settings
    for table in (
        names.registry_table,
        names.metering_table,
        names.ledger_table,
        names.operations_table,
        names.audit_table,
    ):
        key = {"pk": {"S": "TEST"}, "sk": {"S": "ITEM"}}
        dynamodb.put_item(TableName=table, Item=key)
        assert dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"] == key
        dynamodb.delete_item(TableName=table, Key=key)


def test_every_table_can_be_restored_to_a_point_in_time(local_cloud: LocalCloudForTests) -> None:
    dynamodb = boto3.client("dynamodb")
    backups = dynamodb.describe_continuous_backups(TableName=local_cloud.settings.ledger_table)
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


def test_claims_in_the_operations_table_expire(local_cloud: LocalCloudForTests) -> None:
    expiry = boto3.client("dynamodb").describe_time_to_live(TableName=local_cloud.settings.operations_table)
    assert expiry["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
