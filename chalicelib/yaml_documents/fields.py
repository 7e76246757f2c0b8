"""What fields of documents have in common, and how they refuse what they are given."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

SAID = "said"
"""The type of errors whose message is in plain words already."""


def refuse(message: str, *path: str | int) -> PydanticCustomError:
    """An error in plain words; `path` leads on from the field it is raised for."""
    return PydanticCustomError(SAID, "{message}", {"message": message, "path": path})


class Section(BaseModel):
    """A mapping in the document: fields not in the schema are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def listed(value: object) -> object:
    """A list of what need not be in one where it is alone."""
    return value if isinstance(value, list | tuple) else [value]


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        if _DAY.fullmatch(value.strip()):
            return date.fromisoformat(value.strip())
    except ValueError:  # a thirteenth month
        pass
    raise refuse(f"{value!r} is no day: write YYYY-MM-DD")


Day = Annotated[date, BeforeValidator(_day)]
"""A day as people write it. Left to itself, pydantic takes any number for seconds since 1970."""
