"""CloudFormation on the emulator still ignores expiry and point-in-time recovery; post_deploy sets them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest

from tests.conftest import LocalCloudForTests

pytestmark = pytest.mark.emulator

TEMPLATE = {
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            },
        }
    }
}


@pytest.fixture
def table(local_cloud: LocalCloudForTests) -> Iterator[str]:
    """A table made by CloudFormation alone."""
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName="bare-table", TemplateBody=json.dumps(TEMPLATE))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="bare-table", WaiterConfig={"Delay": 1})
    resources = cloudformation.describe_stack_resources(StackName="bare-table")["StackResources"]
    yield resources[0]["PhysicalResourceId"]
    cloudformation.delete_stack(StackName="bare-table")


def test_cloudformation_still_ignores_expiry(table: str) -> None:
    found = boto3.client("dynamodb").describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert found["TimeToLiveStatus"] == "DISABLED", "post_deploy need not do this any more: take it out"


def test_cloudformation_still_ignores_point_in_time_recovery(table: str) -> None:
    found = boto3.client("dynamodb").describe_continuous_backups(TableName=table)[
        "ContinuousBackupsDescription"
    ]
    status = found["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    assert status == "DISABLED", "post_deploy need not do this any more: take it out"
