"""The OpenAPI gaps are still there, and the fill closes them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ministack.services import apigateway_v1 as gateway

from cli.cloud.fills import openapi_import

CORS_HEADER = "method.response.header.Access-Control-Allow-Origin"
DOCUMENT: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "test", "version": "1.0"},
    "x-amazon-apigateway-binary-media-types": ["application/pdf"],
    "x-amazon-apigateway-gateway-responses": {
        "UNAUTHORIZED": {"statusCode": 401, "responseTemplates": {"application/json": "{}"}}
    },
    "paths": {
        "/bills": {
            "options": {
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "requestTemplates": {"application/json": '{"statusCode": 200}'},
                    "responses": {
                        "default": {"statusCode": "200", "responseParameters": {CORS_HEADER: "'*'"}}
                    },
                }
            }
        }
    },
}


def binary_types(api_id: str) -> list[str]:
    found: list[str] = json.loads(gateway._get_rest_api(api_id)[2]).get("binaryMediaTypes") or []
    return found


def refusal_template(api_id: str) -> str:
    found = json.loads(gateway._get_gateway_response(api_id, "UNAUTHORIZED")[2])
    template: str = found["responseTemplates"]["application/json"]
    return template


def preflight_headers(api_id: str) -> dict[str, str]:
    (resource,) = [r for r in gateway._resources[api_id].values() if r["path"] == "/bills"]
    integration = resource["resourceMethods"]["OPTIONS"]["methodIntegration"]
    _, headers, _ = gateway._invoke_mock_v1(integration)
    found: dict[str, str] = headers
    return found


def test_the_emulator_still_drops_binary_media_types() -> None:
    assert binary_types(gateway._import_rest_api(DOCUMENT)) == [], "the fill is needless now: take it out"


def test_the_emulator_still_drops_preflight_answers() -> None:
    headers = preflight_headers(gateway._import_rest_api(DOCUMENT))
    assert "Access-Control-Allow-Origin" not in headers, "the fill is needless now: take it out"


def test_the_emulator_still_drops_gateway_responses() -> None:
    found = refusal_template(gateway._import_rest_api(DOCUMENT))
    assert found != "{}", "the fill is needless now: take it out"


def test_filled_gateway_responses_arrive() -> None:
    filled = openapi_import.with_gateway_responses(gateway._import_rest_api)
    assert refusal_template(filled(DOCUMENT)) == "{}"


def test_filled_binary_media_types_arrive() -> None:
    filled = openapi_import.with_binary_types(gateway._import_rest_api)
    assert binary_types(filled(DOCUMENT)) == ["application/pdf"]


def test_filled_preflight_answers_carry_their_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        gateway, "_import_operation", openapi_import.with_mock_responses(gateway._import_operation)
    )
    headers = preflight_headers(gateway._import_rest_api(DOCUMENT))
    assert headers["Access-Control-Allow-Origin"] == "*"
