"""The API as an OpenAPI 3.1 document, made from the tables that run it (docs/openapi.json)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.api import schemas
from chalicelib.api.authorization import Ownership, Role, rule_of
from chalicelib.api.errors import (
    BAD_PARAMETERS,
    BUSY,
    FAULT,
    MEDIA_TYPE,
    NOT_FOUND,
    NOT_TIED,
    TOO_MANY,
    UNAUTHENTICATED,
    Problem,
    document_of,
)
from chalicelib.api.operations import OPERATIONS, Operation

VERSION: Final = "1"
_REFERENCE: Final = "#/components/schemas/{model}"
_DOCUMENT: Final = "BillDocument"  # comes from the document's own schema, not from a response model
_PARAMETERS: Final = {
    "account_id": ("The account, as `/accounts` names it.", "C01.007-K3QZ7M2XAB"),
    "bill_id": ("The bill, as the list of bills names it.", "BILL.C01.2026-11.0"),
}
_ABOUT: Final = """\
Customers of the utility read what is theirs. Every route but `/health` takes the ID token of a sign-in to the
customer pool: `Authorization: Bearer ID_TOKEN`. Who asks for what is somebody else's is answered as if it did
not exist.

Amounts are whole minor units (cents) beside their currency. Quantities and rates are decimal text. Periods
are half-open: `end` is the first day of what follows. Errors are problem documents (RFC 9457)."""


def document() -> dict[str, Any]:
    """The OpenAPI document, as plain values."""
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Headgate",
            "version": VERSION,
            "summary": "Bills and balances of a water utility's customers",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": "customer", "description": "What is the signed-in customer's own."},
            {"name": "system", "description": "Whether the API is there."},
        ],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "responses": {problem.name: _problem(problem) for problem in _PROBLEMS},
            "securitySchemes": {
                "customer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The ID token (not the access token) of a sign-in to the customer pool. "
                    "It lives for 15 minutes.",
                }
            },
        },
    }


def text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


_PROBLEMS: Final = (BAD_PARAMETERS, UNAUTHENTICATED, NOT_TIED, NOT_FOUND, TOO_MANY, FAULT, BUSY)


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return paths


def _operation(operation: Operation) -> dict[str, Any]:
    rule = rule_of(*operation.route)
    signed_in = rule.role is Role.CUSTOMER
    path = re.findall(r"\{(\w+)\}", operation.path)
    query = getattr(schemas, operation.query)
    problems = [BAD_PARAMETERS, FAULT]
    if signed_in:
        problems += [UNAUTHENTICATED, NOT_TIED, TOO_MANY, BUSY]
    if rule.ownership is not Ownership.NOTHING:
        problems.append(NOT_FOUND)
    answer = {"$ref": _REFERENCE.format(model=operation.answer)}
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": ["customer" if signed_in else "system"],
        "security": [{"customer": []}] if signed_in else [],
        "parameters": [*map(_path_parameter, path), *_query_parameters(query)],
        "responses": {
            "200": {
                "description": "As asked for.",
                "headers": {"Cache-Control": {"schema": {"const": "no-store"}}},
                "content": {"application/json": {"schema": answer}},
            },
            **{
                str(problem.status): {"$ref": f"#/components/responses/{problem.name}"}
                for problem in sorted(problems)
            },
        },
    }
    if operation.description:
        told["description"] = operation.description
    return told


def _path_parameter(name: str) -> dict[str, Any]:
    description, example = _PARAMETERS[name]
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }


def _query_parameters(model: type[BaseModel]) -> Iterable[dict[str, Any]]:
    """A request schema's fields; a parameter that may be left out is not one that may be null."""
    schema = model.model_json_schema(ref_template=_REFERENCE)
    for name, field in schema.get("properties", {}).items():
        described = {key: value for key, value in field.items() if key not in ("title", "description")}
        choices = [one for one in described.pop("anyOf", []) if one.get("type") != "null"]
        if choices:
            described |= choices[0]
        if described.get("default", ...) is None:
            del described["default"]
        parameter = {"name": name, "in": "query", "required": False, "schema": described}
        if "description" in field:
            parameter["description"] = field["description"]
        yield parameter


def _schemas() -> dict[str, Any]:
    names = {operation.answer for operation in OPERATIONS} - {_DOCUMENT}
    models = [getattr(schemas, name) for name in sorted(names | {"ProblemResponse"})]
    _, answers = models_json_schema([(model, "serialization") for model in models], ref_template=_REFERENCE)
    found = {**answers["$defs"], **_parameter_schemas(), **_document_schemas()}
    return {name: _plain(found[name]) for name in sorted(found)}


def _parameter_schemas() -> dict[str, Any]:
    """What request schemas refer to."""
    found: dict[str, Any] = {}
    for operation in OPERATIONS:
        model: type[BaseModel] = getattr(schemas, operation.query)
        found |= model.model_json_schema(ref_template=_REFERENCE).get("$defs", {})
    return found


def _document_schemas() -> dict[str, Any]:
    """The bill document and its parts, as components."""
    from chalicelib.rendering.bill_json import json_schema

    schema = json.loads(json.dumps(json_schema()).replace("#/$defs/", "#/components/schemas/"))
    parts: dict[str, Any] = schema.pop("$defs")
    for name in ("$schema", "$id"):
        schema.pop(name)
    return {**parts, _DOCUMENT: schema}


def _plain(schema: Any) -> Any:
    """Without the titles that pydantic makes up from names."""
    if isinstance(schema, Mapping):
        return {
            key: _plain(value)
            for key, value in schema.items()
            if key != "title" or not isinstance(value, str)
        }
    return [_plain(value) for value in schema] if isinstance(schema, list) else schema


def _problem(problem: Problem) -> dict[str, Any]:
    example = document_of(problem, request_id="6ac2b5f0-4c0f-4d8a-9d53-d5f3a1d6d6f0")
    return {
        "description": problem.title,
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": _REFERENCE.format(model="ProblemResponse")},
                "example": example,
            }
        },
    }
