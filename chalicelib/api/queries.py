"""Query parameters: read against a request schema; everything wrong is named at once, with how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from chalicelib.api import schemas
from chalicelib.api.errors import ParameterFault, ParametersRefused


def parse(schema: str, query: Any) -> BaseModel:
    """The request that a query holds, as an instance of the schema of that name. Raises ParametersRefused.

    `query` is Chalice's: a mapping with `getlist`, or None.
    """
    model: type[BaseModel] = getattr(schemas, schema)
    given = {name: query.getlist(name) for name in query} if query else {}
    twice = [ParameterFault(name, "give it once") for name, values in given.items() if len(values) != 1]
    if twice:
        raise ParametersRefused(twice)
    try:
        return model.model_validate({name: values[0] for name, values in given.items()})
    except ValidationError as error:
        raise ParametersRefused([_fault(one, model) for one in error.errors()]) from None


def _fault(error: Mapping[str, Any], model: type[BaseModel]) -> ParameterFault:
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        known = ", ".join(model.model_fields)
        return ParameterFault(
            name, f"not known here: use {known}" if known else "not known here: this takes no parameters"
        )
    if error["type"] == "value_error":
        return ParameterFault(name, str(error["ctx"]["error"]))
    return ParameterFault(name, str(error["msg"]))
