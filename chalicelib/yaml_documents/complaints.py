"""Documents checked against a schema, whose complaints are told in the words of whoever writes documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from chalicelib.yaml_documents.fields import SAID
from chalicelib.yaml_documents.problems import Problem
from chalicelib.yaml_documents.source import Source

M = TypeVar("M", bound=BaseModel)
NO_WORDS: Mapping[str, str] = MappingProxyType({})

_NO_NUMBER = "{value} is not a number: write digits such as 4.29"
_NO_DAY = "{value} is no day: write YYYY-MM-DD"
_NO_MAPPING = "must be a mapping of fields"
_NO_LIST = "must be a list"
_UNKNOWN = "{value} is not known: write {expected}"
_CUT_BY_A_COMMA = (
    "is not known here: within braces a comma begins the next field; write decimals with a point"
)
_WORDS = {
    "missing": "is missing: add it",
    "extra_forbidden": "is not known here: correct its name, or take it out",
    "decimal_parsing": _NO_NUMBER,
    "decimal_type": _NO_NUMBER,
    "finite_number": _NO_NUMBER,
    "date_parsing": _NO_DAY,
    "date_from_datetime_parsing": _NO_DAY,
    "time_parsing": "{value} is no time of day: write HH:MM",
    "int_parsing": "{value} is not a whole number",
    "bool_parsing": "{value} is neither yes nor no",
    "enum": _UNKNOWN,
    "literal_error": _UNKNOWN,
    "model_type": _NO_MAPPING,
    "model_attributes_type": _NO_MAPPING,
    "dict_type": _NO_MAPPING,
    "list_type": _NO_LIST,
    "tuple_type": _NO_LIST,
    "string_type": "must be plain text",
    "string_too_short": "{value} is too short: write more",
    "string_too_long": "is too long (at most {max_length}): shorten it",
    "too_short": "must have at least {min_length} of them (found {actual_length})",
    "too_long": "may have at most {max_length} of them (found {actual_length})",
    "greater_than": "must be greater than {gt} (found {value})",
    "greater_than_equal": "must be at least {ge} (found {value})",
    "less_than": "must be less than {lt} (found {value})",
    "less_than_equal": "must be at most {le} (found {value})",
    "decimal_max_digits": "{value} has more than {max_digits} digits: write fewer",
    SAID: "{said}",
}
NOT_A_NUMBER = frozenset(kind for kind, words in _WORDS.items() if words == _NO_NUMBER)
"""The types of errors that complain of what is no number."""


def plainly(detail: ErrorDetails, own: Mapping[str, str] = NO_WORDS) -> str:
    """One complaint in words; `own` has more of them, by type of error or by the pattern that is not met."""
    context: dict[str, Any] = detail.get("ctx", {})
    if detail["type"] == "extra_forbidden" and str(detail["loc"][-1]).isdecimal():
        return _CUT_BY_A_COMMA
    words = own.get(context.get("pattern", "")) or own.get(detail["type"]) or _WORDS.get(detail["type"])
    facts = {"said": detail["msg"], "value": repr(detail["input"]), **context}
    return (words or "{said} (found {value})").format(**facts)


def checked(source: Source, model: type[M], *, tell: Callable[[ErrorDetails], str] = plainly) -> M:
    """What `source` says by the schema `model`. Raises what documents of its kind are refused as."""
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise source.kind.refused([_problem(source, detail, tell) for detail in details]) from None


def _problem(source: Source, detail: ErrorDetails, tell: Callable[[ErrorDetails], str]) -> Problem:
    place = [element for element in detail["loc"] if element != "[key]"]
    return source.problem((*place, *detail.get("ctx", {}).get("path", ())), tell(detail))
