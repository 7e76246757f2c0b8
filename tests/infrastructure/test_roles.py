"""One role per function, holding the calls it makes and nothing broader."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.infrastructure.conftest import Built, listed

# AWS knows no resource for these; everything else must name one.
RESOURCELESS = ("xray:", "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery")
RESOURCELESS += ("logs:DeleteLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy")
RESOURCELESS += ("logs:DescribeResourcePolicies", "logs:DescribeLogGroups")
RESOURCELESS += ("states:SendTaskSuccess",)

TAKEN_BY = {
    "BillRunRole": "states",
    "SimulationRole": "states",
    "ApiGatewayLogsRole": "apigateway",
}  # all others by functions


def role_of(properties: dict[str, Any]) -> str:
    name: str = properties["Role"]["Fn::GetAtt"][0]
    return name


def test_every_function_has_a_role_of_its_own(built: Built) -> None:
    roles = Counter(role_of(p) for p in built.of_type("AWS::Serverless::Function").values())
    assert [role for role, users in roles.items() if users > 1] == []
    assert set(roles) <= set(built.of_type("AWS::IAM::Role"))


def test_no_role_may_do_everything_of_a_service(built: Built) -> None:
    broad = [
        (role, action)
        for role in built.of_type("AWS::IAM::Role")
        for statement in built.statements(role)
        for action in listed(statement["Action"])
        if action.endswith("*")
    ]
    assert broad == []


def test_only_what_aws_has_no_resource_for_is_allowed_on_everything(built: Built) -> None:
    unnamed = [
        (role, action)
        for role in built.of_type("AWS::IAM::Role")
        for statement in built.statements(role)
        for action in listed(statement["Action"])
        if statement["Resource"] == "*" and not action.startswith(RESOURCELESS)
    ]
    assert unnamed == []


def test_no_function_may_change_or_delete_a_ledger_item(built: Built) -> None:
    changing = {
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:PartiQLUpdate",
        "dynamodb:PartiQLDelete",
    }
    assert [
        (role, action)
        for role in built.of_type("AWS::IAM::Role")
        for statement in built.statements(role)
        for action in listed(statement["Action"])
        if action in changing and {"Fn::GetAtt": ["LedgerTable", "Arn"]} in listed(statement["Resource"])
    ] == []


def test_only_posting_writes_the_ledger(built: Built) -> None:
    writers = {
        role
        for role in built.of_type("AWS::IAM::Role")
        for statement in built.statements(role)
        if {"dynamodb:PutItem", "dynamodb:BatchWriteItem"} & set(listed(statement["Action"]))
        and {"Fn::GetAtt": ["LedgerTable", "Arn"]} in listed(statement["Resource"])
    }
    assert writers == {"PostChunkRole"}


def test_rating_reads_no_table_but_the_one_it_reports_to(built: Built) -> None:
    """What a bill is made of comes from the frozen chunk alone, else it could not be made again."""
    statements = built.statements("RateChunkRole")
    services = {action.split(":")[0] for s in statements for action in listed(s["Action"])}
    tables = [
        resource
        for s in statements
        if any(action.startswith("dynamodb:") for action in listed(s["Action"]))
        for resource in listed(s["Resource"])
    ]
    assert services == {"dynamodb", "s3", "logs", "xray"}
    assert all(table == {"Fn::GetAtt": ["OperationsTable", "Arn"]} for table in tables)


def test_simulating_touches_no_table_and_reads_nothing_but_its_own_files(built: Built) -> None:
    """It changes nothing, and knows nobody: usage names accounts by their ids."""
    statements = built.statements("SimulatePartRole")
    services = {action.split(":")[0] for s in statements for action in listed(s["Action"])}
    objects = [
        resource["Fn::Sub"]
        for s in statements
        if set(listed(s["Action"])) & {"s3:GetObject", "s3:PutObject"}
        for resource in listed(s["Resource"])
    ]
    assert services == {"s3", "logs", "xray"}
    assert [one for one in objects if not one.startswith("${ArtefactsBucket.Arn}/simulations/")] == []


def test_roles_are_taken_by_the_service_they_are_for(built: Built) -> None:
    for name, properties in built.of_type("AWS::IAM::Role").items():
        (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
        service = TAKEN_BY.get(name, "lambda")
        assert trust["Principal"] == {"Service": f"{service}.amazonaws.com"}, name
