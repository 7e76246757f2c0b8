"""What the emulator's CloudFormation leaves out, done by API after a local deploy, from the same template.

ministack ignores a table's TimeToLiveSpecification and PointInTimeRecoverySpecification; both work when
switched on through DynamoDB itself. tests/integration/fills fails once a newer emulator reads them from the
template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def apply_table_settings(*, template: dict[str, Any], stack_name: str) -> None:
    """Switch on expiry and point-in-time recovery of each table as the template has it. Safe to repeat."""
    cloudformation = boto3.client("cloudformation")
    dynamodb = boto3.client("dynamodb")
    names = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
        for resource in page["StackResourceSummaries"]
    }
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::DynamoDB::Table":
            _settle(dynamodb, names[logical_id], resource["Properties"])


def _settle(dynamodb: DynamoDBClient, table: str, wanted: dict[str, Any]) -> None:
    if expiry := wanted.get("TimeToLiveSpecification"):
        state = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        if state.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
            dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)
    if recovery := wanted.get("PointInTimeRecoverySpecification"):
        dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=recovery)
