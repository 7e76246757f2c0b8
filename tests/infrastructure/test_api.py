"""The API as deployed: which routes stand behind which authorizer, what is said before a function runs."""

from __future__ import annotations

import json
import re
from typing import Any

from chalicelib.api.authorization import RULES, Role
from chalicelib.api.errors import FAULT, NOT_FOUND, TOO_MANY, UNAUTHENTICATED, Problem, document_of
from tests.infrastructure.conftest import Built


def definition(built: Built) -> dict[str, Any]:
    found: dict[str, Any] = built.resources["RestAPI"]["Properties"]["DefinitionBody"]
    return found


def test_every_route_of_customers_is_behind_the_customer_pool(built: Built) -> None:
    deployed = {
        (method.upper(), path): operation.get("security", [])
        for path, methods in definition(built)["paths"].items()
        for method, operation in methods.items()
    }
    assert {route: [list(one) for one in security] for route, security in deployed.items()} == {
        route: [["CustomerPool"]] if rule.role is Role.CUSTOMER else [] for route, rule in RULES.items()
    }


def test_the_authorizer_takes_tokens_of_our_customer_pool_only(built: Built) -> None:
    (scheme,) = definition(built)["securityDefinitions"].values()
    assert scheme["x-amazon-apigateway-authtype"] == "cognito_user_pools"
    assert scheme["x-amazon-apigateway-authorizer"] == {
        "type": "cognito_user_pools",
        "providerARNs": [{"Fn::GetAtt": ["CustomerPool", "Arn"]}],
    }


def test_the_function_knows_whose_tokens_to_take(built: Built) -> None:
    variables = built.resources["APIHandler"]["Properties"]["Environment"]["Variables"]
    assert variables["CUSTOMER_POOL_ID"] == {"Ref": "CustomerPool"}
    assert variables["CUSTOMER_CLIENT_ID"] == {"Ref": "CustomerClient"}


def test_what_the_gateway_refuses_by_itself_it_says_as_the_function_would(built: Built) -> None:
    said = definition(built)["x-amazon-apigateway-gateway-responses"]
    expected: dict[str, Problem] = {
        "UNAUTHORIZED": UNAUTHENTICATED,
        "EXPIRED_TOKEN": UNAUTHENTICATED,
        "MISSING_AUTHENTICATION_TOKEN": NOT_FOUND,
        "THROTTLED": TOO_MANY,
        "DEFAULT_5XX": FAULT,
    }
    assert set(said) == set(expected)
    for name, problem in expected.items():
        (template,) = said[name]["responseTemplates"].values()
        document = json.loads(re.sub(r"\$context\.requestId", "REQUEST", template))
        assert document == document_of(problem, request_id="REQUEST"), name
        assert said[name].get("statusCode", problem.status) == problem.status
        headers = said[name]["responseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert headers["gatewayresponse.header.Cache-Control"] == "'no-store'"


def test_calls_are_limited(built: Built) -> None:
    (everything,) = built.resources["RestAPI"]["Properties"]["MethodSettings"]["Fn::If"][1]
    assert (everything["HttpMethod"], everything["ResourcePath"]) == ("*", "/*")
    assert 0 < everything["ThrottlingRateLimit"] <= everything["ThrottlingBurstLimit"] <= 1000


def test_the_api_only_reads(built: Built) -> None:
    reading = ("Get", "BatchGet", "Query", "List", "Decrypt", "Invoke")
    allowed = {
        action.partition(":")[2]
        for statement in built.statements("ApiRole")
        if not statement["Sid"].startswith("Write")  # logs and traces, which every function may write
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert all(action.startswith(reading) for action in allowed), allowed


def test_the_api_has_room_for_the_routes_to_come(built: Built) -> None:
    """AWS allows 300 resources in an API; the design keeps to 250."""
    paths = definition(built)["paths"]
    parts = {tuple(path.split("/")[: n + 1]) for path in paths for n in range(1, len(path.split("/")))}
    assert len(parts) <= 250


def test_an_alarm_watches_what_the_api_answered_as_a_fault(built: Built) -> None:
    (alarm,) = [
        one
        for one in built.of_type("AWS::CloudWatch::Alarm").values()
        if (one["Namespace"], one["MetricName"]) == ("Headgate", "ApiFaults")
    ]
    variables = built.package.template["Globals"]["Function"]["Environment"]["Variables"]
    assert alarm["Namespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]
