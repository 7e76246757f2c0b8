"""The review finds what it is there for: each fault, planted in the template of this work tree, is named."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.cloud.home import PROJECT
from cli.deploy import review
from cli.deploy.expand import decide, expand
from cli.deploy.package import make_package
from cli.deploy.tools import PackagingFailed

Template = dict[str, Any]


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return expand(make_package(stage="prod", folder=tmp_path_factory.mktemp("review") / "prod").template)


def change(resource: str, *path: str, to: Any) -> Callable[[Template], None]:
    """Set a property of a resource, or take it out with `to=None`."""

    def apply(template: Template) -> None:
        place = template["Resources"][resource]
        for part in path[:-1]:
            place = place[part]
        if to is None:
            del place[path[-1]]
        else:
            place[path[-1]] = to

    return apply


def statement(role: str, **changed: Any) -> Callable[[Template], None]:
    """Change the first statement of a role."""

    def apply(template: Template) -> None:
        (policy,) = template["Resources"][role]["Properties"]["Policies"]
        policy["PolicyDocument"]["Statement"][0] |= changed

    return apply


FAULTS = {
    "tables_can_be_restored": change(
        "LedgerTable", "Properties", "PointInTimeRecoverySpecification", to=None
    ),
    "tables_refuse_to_be_deleted": change("AuditTable", "Properties", "DeletionProtectionEnabled", to=False),
    "tables_are_encrypted": change("LedgerTable", "Properties", "SSESpecification", to={"SSEEnabled": False}),
    "what_holds_data_is_retained": change("DataKey", "DeletionPolicy", to="Delete"),
    "buckets_are_encrypted": change("DocumentsBucket", "Properties", "BucketEncryption", to=None),
    "buckets_are_closed_to_the_public": change(
        "InboxBucket", "Properties", "PublicAccessBlockConfiguration", "BlockPublicPolicy", to=False
    ),
    "buckets_keep_versions": change("LakeBucket", "Properties", "VersioningConfiguration", to=None),
    "buckets_are_retained": change("LakeBucket", "UpdateReplacePolicy", to=None),
    "buckets_speak_tls_only": change(
        "DocumentsBucketPolicy", "Properties", "PolicyDocument", "Statement", to=[{"Effect": "Allow"}]
    ),
    "keys_rotate": change("DataKey", "Properties", "EnableKeyRotation", to=False),
    "pools_refuse_to_be_deleted": change("StaffPool", "Properties", "DeletionProtection", to="INACTIVE"),
    "queues_are_encrypted": change("EventsQueue", "Properties", "SqsManagedSseEnabled", to=None),
    "functions_run_on_what_their_layers_are_built_for": change(
        "PostChunk", "Properties", "Runtime", to="python3.12"
    ),
    "functions_end_in_time": change("RateChunk", "Properties", "Timeout", to=15),
    "functions_are_traced": change("RenderBill", "Properties", "TracingConfig", to=None),
    "the_api_answers_before_its_gateway_gives_up": change("APIHandler", "Properties", "Timeout", to=29),
    "logs_end": change("RenderBillLogs", "Properties", "RetentionInDays", to=None),
    "the_api_is_traced_throttled_and_logged": change(
        "RestAPIapiStage", "Properties", "AccessLogSetting", to=None
    ),
    "no_role_may_do_everything_of_a_service": statement("RenderBillRole", Action="s3:*"),
    "only_what_has_no_resource_is_allowed_on_everything": statement("RenderBillRole", Resource="*"),
}


def test_the_template_of_this_work_tree_keeps_every_rule(sound: Template) -> None:
    judged = review.judge(sound)
    assert judged.problems == ()
    assert judged.note == f"{len(FAULTS)} rules hold"


@pytest.mark.parametrize("rule", FAULTS)
def test_a_planted_fault_is_found_by_its_rule_and_named(sound: Template, rule: str) -> None:
    template = copy.deepcopy(sound)
    FAULTS[rule](template)
    problems = review.judge(template).problems
    assert problems
    assert {problem.partition(":")[0] for problem in problems} == {rule}


def test_a_problem_says_where_and_what_to_do(sound: Template) -> None:
    template = copy.deepcopy(sound)
    FAULTS["keys_rotate"](template)
    assert review.judge(template).problems == (
        "keys_rotate: A key needs EnableKeyRotation. (DataKey/Properties/EnableKeyRotation)",
    )


def test_a_rule_that_finds_nothing_to_judge_is_a_problem(sound: Template) -> None:
    """Else a renamed resource would make its rule pass for ever."""
    template = copy.deepcopy(sound)
    del template["Resources"]["APIHandler"]
    assert review.judge(template).problems == (
        "the_api_answers_before_its_gateway_gives_up: nothing in the template is of the kind it judges",
    )


def test_a_broken_rules_file_stops_the_review(sound: Template, tmp_path: Path) -> None:
    (tmp_path / "broken.guard").write_text("rule {{{")
    with pytest.raises(PackagingFailed, match=r"broken\.guard"):
        review.judge(sound, tmp_path)


def fake_checkov(folder: Path, failed: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkov that reports these failures; returns a template to scan."""
    told = json.dumps({"results": {"failed_checks": failed}, "summary": {"passed": 7}})
    program = folder / "checkov"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{told}\nEND\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(review, "CHECKOV", program)
    (folder / "template.json").write_text("{}")
    return folder / "template.json"


def failure(check: str, resource: str) -> dict[str, str]:
    return {"check_id": check, "resource": f"AWS::S3::Bucket.{resource}", "check_name": "Ensure it"}


def test_what_checkov_finds_is_a_problem_unless_skipped_everywhere_or_for_the_resource(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = [failure("A", "One"), failure("A", "Two"), failure("B", "One"), failure("B", "Two")]
    template = fake_checkov(tmp_path, failed, monkeypatch)
    skips = tmp_path / "skips.yaml"
    skips.write_text("skip:\n  A: why\n  B One: why\n")
    assert review.scan(template, skips).problems == ("B Two: Ensure it",)


def test_a_skip_that_nothing_needs_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = fake_checkov(tmp_path, [failure("A", "One")], monkeypatch)
    skips = tmp_path / "skips.yaml"
    skips.write_text("skip:\n  A: why\n  C: why\n")
    assert review.scan(template, skips).problems == ("C: skipped in skips.yaml, but nothing fails it",)


def test_a_checkov_that_breaks_is_no_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = fake_checkov(tmp_path, [], monkeypatch)
    review.CHECKOV.write_text("#!/bin/sh\necho broken >&2\n")
    with pytest.raises(PackagingFailed, match="broken"):
        review.scan(template)


def test_a_checkov_that_is_not_there_is_no_pass_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "CHECKOV", tmp_path / "nowhere")
    assert review.scan(tmp_path / "template.json").ran is False


def test_every_skip_has_a_reason() -> None:
    skips = yaml.safe_load((PROJECT / "infra" / "rules" / "checkov.yaml").read_text())["skip"]
    assert [name for name, reason in skips.items() if len(reason) < 40] == []


def test_a_function_gets_from_sam_the_layers_that_its_size_is_counted_with(sound: Template) -> None:
    """Layers stand in Globals for all functions, and again where one has more."""
    given = {
        name: [layer["Ref"].rstrip("0123456789abcdef") for layer in resource["Properties"]["Layers"]]
        for name, resource in sound["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    assert given.pop("RenderBill") == ["DependenciesLayer", "DocumentsLayer", "PangoLayer"]
    assert given.pop("SimulatePart") == ["DependenciesLayer", "ColumnsLayer"]
    assert set(map(tuple, given.values())) == {("DependenciesLayer",)}


def test_conditions_are_decided_and_what_they_exclude_is_gone() -> None:
    nothing = {"Ref": "AWS::NoValue"}
    template = {
        "Conditions": {"Yes": {}, "No": {}},
        "Resources": {
            "Kept": {"Type": "T", "Condition": "Yes", "Properties": {"a": {"Fn::If": ["Yes", 1, 2]}}},
            "Gone": {"Type": "T", "Condition": "No"},
            "Bare": {"Type": "T", "Properties": {"b": {"Fn::If": ["No", 1, nothing]}, "c": [nothing, 3]}},
        },
    }
    assert decide(template, true={"Yes"})["Resources"] == {
        "Kept": {"Type": "T", "Properties": {"a": 1}},
        "Bare": {"Type": "T", "Properties": {"c": [3]}},
    }
