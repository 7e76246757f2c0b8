"""OpenAPI import: binary media types, CORS preflight, and the gateway's own answers.

ministack drops `x-amazon-apigateway-binary-media-types`, so PDFs come out as broken text, and the request
template and responses of MOCK integrations, which is how Chalice answers OPTIONS, so browsers are refused. It
drops `x-amazon-apigateway-gateway-responses`, too: a refused token is answered in other words than on AWS.
"""

from __future__ import annotations

from typing import Any

from ministack.services import apigateway_v1 as gateway


def apply() -> None:
    """Wrap the two import functions."""
    gateway._import_rest_api = with_gateway_responses(with_binary_types(gateway._import_rest_api))
    gateway._import_operation = with_mock_responses(gateway._import_operation)


def with_binary_types(import_rest_api: Any) -> Any:
    """Hand the document's binary media types to the API that is made from it."""

    def imported(spec: dict[str, Any], base_data: dict[str, Any] | None = None) -> Any:
        base = dict(base_data or {})
        if not base.get("binaryMediaTypes"):
            base["binaryMediaTypes"] = spec.get("x-amazon-apigateway-binary-media-types") or []
        return import_rest_api(spec, base)

    return imported


def with_gateway_responses(import_rest_api: Any) -> Any:
    """Hand the document's gateway responses to the API that is made from it."""

    def imported(spec: dict[str, Any], base_data: dict[str, Any] | None = None) -> Any:
        api_id = import_rest_api(spec, base_data)
        for response_type, response in (spec.get("x-amazon-apigateway-gateway-responses") or {}).items():
            gateway._put_gateway_response(api_id, response_type, response)
        return api_id

    return imported


def with_mock_responses(import_operation: Any) -> Any:
    """Complete an imported MOCK operation with its template, method responses and integration responses."""

    def imported(api_id: str, resource_id: str, method: str, operation: dict[str, Any], *rest: Any) -> Any:
        result = import_operation(api_id, resource_id, method, operation, *rest)
        integration = (operation or {}).get("x-amazon-apigateway-integration") or {}
        if str(integration.get("type", "")).lower() == "mock":
            templates = {"type": "MOCK", "requestTemplates": integration.get("requestTemplates") or {}}
            gateway._put_integration(api_id, resource_id, method, templates)
            for response in (integration.get("responses") or {}).values():
                code = str(response.get("statusCode", "200"))
                headers = response.get("responseParameters") or {}
                declared = {"responseParameters": dict.fromkeys(headers, False)}
                gateway._put_method_response(api_id, resource_id, method, code, declared)
                filled = {"responseParameters": headers}
                gateway._put_integration_response(api_id, resource_id, method, code, filled)
        return result

    return imported
