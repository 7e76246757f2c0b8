"""What docs/conditions.md shows can be declared, and its table names every field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalicelib.tariff_documents.condition_schema import ConditionDocument, ReadingSection, ValueSection
from chalicelib.tariff_documents.conditions import load_condition

PAGE = (Path(__file__).parents[3] / "docs" / "conditions.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)


def test_there_is_an_example_of_every_kind() -> None:
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_sound_condition(example: str) -> None:
    loaded = load_condition(example, file="conditions.md")
    assert loaded.condition.histories or loaded.condition.readings


def test_every_field_is_explained() -> None:
    table = PAGE[PAGE.index("| field |") : PAGE.index("A bill takes")]
    explained = set(re.findall(r"`([a-z]+)`", table))
    fields = {
        info.alias or name
        for section in (ConditionDocument, ValueSection, ReadingSection)
        for name, info in section.model_fields.items()
    }
    assert fields - {"format"} <= explained
