"""Stack outputs and environment variables are the same names in two spellings."""

from __future__ import annotations

from dataclasses import fields

from chalicelib.runtime.settings import Settings
from cli.cloud.home import PROJECT
from cli.cloud.session import environment_of
from cli.deploy.template import join_templates


def test_an_output_becomes_the_variable_of_its_name() -> None:
    assert environment_of({"RegistryTable": "r", "DataKeyArn": "k"}) == {
        "REGISTRY_TABLE": "r",
        "DATA_KEY_ARN": "k",
    }


def test_the_stack_tells_every_setting_that_is_required() -> None:
    template = join_templates(sorted((PROJECT / "infra").glob("*.yaml")))
    required = {field.name.upper() for field in fields(Settings) if not isinstance(field.default, str)}
    outputs = environment_of(dict.fromkeys(template["Outputs"], ""))
    functions = template["Globals"]["Function"]["Environment"]["Variables"]
    assert required - set(outputs) == set()
    assert required - set(functions) == set()
