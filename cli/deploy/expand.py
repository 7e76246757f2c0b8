"""The template as AWS will see it: SAM's shorthand written out, conditions decided for a stage on AWS."""

from __future__ import annotations

import copy
import os
from typing import Any

from samtranslator.translator.transform import transform

from cli.cloud.emulator import REGION
from cli.deploy.artefacts import PATHS

Template = dict[str, Any]
_NOTHING = {"Ref": "AWS::NoValue"}


def expand(template: Template) -> Template:
    """Return plain CloudFormation for AWS, with the objects of the package at made-up places.

    Raises InvalidDocumentException of SAM, whose message names every fault.
    """
    shorthand = copy.deepcopy(template)
    for part in (shorthand.get("Globals", {}).get("Function", {}), *_properties(shorthand)):
        for name in set(PATHS.values()) & set(part):
            if isinstance(part[name], str):
                part[name] = {"Bucket": "headgate-deploy", "Key": part[name].removeprefix("./")}
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    written_out: Template = transform(shorthand, {"StageName": "prod"}, _NoManagedPolicies())
    return decide(written_out, true={"IsAws"})


def decide(template: Template, *, true: set[str]) -> Template:
    """Return the template with conditions decided: those in `true` hold, the others do not."""
    conditions = {name: name in true for name in template.get("Conditions", {})}
    decided: Template = _decided({k: v for k, v in template.items() if k != "Conditions"}, conditions)
    for section in ("Resources", "Outputs"):
        entries = decided.get(section, {})
        decided[section] = {
            name: {k: v for k, v in entry.items() if k != "Condition"}
            for name, entry in entries.items()
            if conditions.get(entry.get("Condition", ""), True)
        }
    return decided


def _decided(value: Any, conditions: dict[str, bool]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"Fn::If"}:
            name, yes, no = value["Fn::If"]
            return _decided(yes if conditions[name] else no, conditions)
        entries = {key: _decided(entry, conditions) for key, entry in value.items()}
        return {key: entry for key, entry in entries.items() if entry != _NOTHING}
    if isinstance(value, list):
        return [entry for item in value if (entry := _decided(item, conditions)) != _NOTHING]
    return value


def _properties(template: Template) -> list[dict[str, Any]]:
    return [resource.get("Properties", {}) for resource in template["Resources"].values()]


class _NoManagedPolicies:
    """Roles here are our own: no function names a policy of AWS for SAM to look up."""

    def load(self) -> dict[str, str]:
        return {}
