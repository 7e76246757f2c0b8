"""Settings come from the environment, all or nothing."""

from __future__ import annotations

from dataclasses import fields

import pytest

from chalicelib.runtime.settings import Settings, SettingsIncomplete, read_settings


def complete_environment() -> dict[str, str]:
    return {field.name.upper(): f"the-{field.name}" for field in fields(Settings)}


def test_each_field_is_the_variable_of_its_name() -> None:
    assert read_settings(complete_environment()).ledger_table == "the-ledger_table"


def test_every_missing_variable_is_named_at_once() -> None:
    environment = complete_environment()
    del environment["LEDGER_TABLE"]
    environment["AUDIT_TABLE"] = ""
    with pytest.raises(SettingsIncomplete, match="LEDGER_TABLE, AUDIT_TABLE") as refusal:
        read_settings(environment)
    assert refusal.value.data == {"missing": ["LEDGER_TABLE", "AUDIT_TABLE"]}


def test_what_only_some_functions_are_told_may_be_missing() -> None:
    environment = complete_environment()
    del environment["BILL_RUN_ARN"]
    assert read_settings(environment).bill_run_arn == ""


def test_only_the_stage_called_local_is_local() -> None:
    assert read_settings(complete_environment() | {"STAGE": "local"}).is_local
    assert not read_settings(complete_environment() | {"STAGE": "prod"}).is_local
