"""What a bill says of the difference to an earlier one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.documents.bill_document import StepChange
from chalicelib.rendering.bill_renderer import JinjaBillRenderer
from chalicelib.rendering.presentation.changes import changes
from tests.bill_cases import example
from tests.bill_examples import comparisons


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Basin charge: step 2 instead of step 1."),
        ("es", "Basin charge: escalón 2 en lugar del escalón 1."),
    ],
)
def test_another_step_is_told_by_the_label_of_its_charge(
    renderer: JinjaBillRenderer, language: str, said: str
) -> None:
    bill = example("of_everything")
    last, year = comparisons(12_000, 14)
    moved = replace(last, steps=(StepChange(charge="BASIN", before=1, now=2),))
    words = renderer._words(language, "US", markup=False)
    sentences = changes(replace(bill, comparisons=(moved, year)), words)["sentences"]
    assert sentences[0].endswith(said)
    assert said not in sentences[1]
