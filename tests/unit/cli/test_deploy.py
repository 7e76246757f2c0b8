"""`headgate deploy`, before anything is packaged."""

from __future__ import annotations

import pytest

from cli.commands import deploy


@pytest.mark.parametrize("stage", ["A B", "p", "Prod", "prod_2", "a" * 17])
def test_a_stage_that_no_stack_can_be_named_after_is_refused(stage: str) -> None:
    with pytest.raises(deploy.StageMisnamed, match="cannot be a stage"):
        deploy.command(stage=stage, dry_run=True)
