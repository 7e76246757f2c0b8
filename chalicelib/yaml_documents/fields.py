"""What fields of documents have in common, and how they refuse what they are given."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

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
