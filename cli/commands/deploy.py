"""`headgate deploy`: this work tree to a stage. Local and AWS differ in the endpoint only."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.markup import escape

from chalicelib.domain.kernel.errors import Refusal
from cli.cloud import session
from cli.cloud.home import Home, home
from cli.cloud.up import deploy_locally, this_version
from cli.deploy.layers import LAYERS, LIMIT_BYTES, function_sizes
from cli.deploy.package import Package, complete_for_aws, make_package
from cli.deploy.stack import Stack
from cli.deploy.zips import unpacked_bytes
from cli.output import JsonOption, out, print_json, progress_bar, steps

if TYPE_CHECKING:
    from cli.deploy.review import Review

AWS_MAP_CONCURRENCY = 40
_STAGE = re.compile("[a-z][a-z0-9-]{1,15}")  # as infra/stack.yaml has it


class NoAwsCredentials(Refusal):
    """AWS does not know who asks."""


class StageMisnamed(Refusal):
    """A stage has a name that no stack can have."""


class TemplateNotSound(Refusal):
    """Checks of the template found faults."""


def command(
    *,
    stage: Annotated[str, typer.Option(help="`local`, or a stage on AWS such as `prod`.")] = session.LOCAL,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Package, check and show; change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before changing an AWS account.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Package this work tree and deploy it. AWS stages need credentials (environment, profile or SSO)."""
    place = home()
    if stage == session.LOCAL:
        _deploy_locally(place, dry_run=dry_run, as_json=as_json)
        return
    if _STAGE.fullmatch(stage) is None:
        raise StageMisnamed(
            f"{stage!r} cannot be a stage: write 2 to 16 small letters, digits and hyphens, a letter first",
            stage=stage,
        )
    account = _account()
    if account is None and not dry_run:
        raise NoAwsCredentials(
            f"Nothing was deployed: AWS gave no identity for stage {stage}. Set credentials (AWS_PROFILE, "
            "`aws sso login`, or access keys) and a region, then run this again. `--dry-run` needs none.",
            stage=stage,
        )
    from cli.deploy.review import review  # takes a second to import, and only this command wants it

    stack = _stack(stage)
    with steps("Packaging") as say:
        package = make_package(stage=stage, folder=place.build(stage))
        complete_for_aws(package, place.layers, say=say)
        say("Checking the template")
        reviews = review(package)
        plan = _plan(stack, package, account, reviews, say=say)
    if dry_run or not as_json:
        _tell(plan, as_json=as_json)
    if dry_run:
        raise typer.Exit(1 if any(entry.problems for entry in reviews) else 0)
    _insist_on(reviews)
    if not yes:
        typer.confirm(f"Change account {account}, stack {stack.name}?", abort=True, err=True)
    with progress_bar("Deploying", unit="resources") as bar:
        changed = stack.deploy(
            package, progress=lambda what, done, total: bar.update(title=what, done=done, total=total)
        )
    _tell_outcome(stage, stack.outputs(), changed=changed, as_json=as_json)


def _deploy_locally(place: Home, *, dry_run: bool, as_json: bool) -> None:
    with steps("Packaging"):
        package = make_package(stage=session.LOCAL, folder=place.build(session.LOCAL))
    session.use_local_cloud()
    if dry_run:
        with steps("Planning") as say:
            plan = _plan(_stack(session.LOCAL), package, _account(), [], say=say)
        _tell(plan, as_json=as_json)
        return
    with steps("Deploying") as say:
        outputs, changed = deploy_locally(place, package, say=say)
    _tell_outcome(session.LOCAL, outputs, changed=changed, as_json=as_json)


def _stack(stage: str) -> Stack:
    concurrency = 4 if stage == session.LOCAL else AWS_MAP_CONCURRENCY
    return Stack(
        name=session.stack_name(stage),
        parameters={"StageName": stage, "Version": this_version(), "MapConcurrency": str(concurrency)},
        poll_s=3.0,
    )


def _account() -> str | None:
    """The account the credentials belong to; None when there are none."""
    try:
        account: str = boto3.client("sts").get_caller_identity()["Account"]
        return account
    except (BotoCoreError, ClientError):
        return None


def _plan(
    stack: Stack, package: Package, account: str | None, reviews: list[Review], *, say: Callable[[str], None]
) -> dict[str, Any]:
    """What a deploy would do: from CloudFormation itself where we may ask it, else from the template."""
    kinds = Counter(resource["Type"] for resource in package.template["Resources"].values())
    plan: dict[str, Any] = {
        "stack": stack.name,
        "account": account,
        "parameters": stack.parameters,
        "resources": dict(sorted(kinds.items())),
        "template": str(package.folder / "sam.json"),
    }
    if reviews:  # for AWS: layers are there, and the template was looked at
        plan["artefacts"] = {
            name: {
                "zip_bytes": (package.folder / f"{name}.zip").stat().st_size,
                "unpacked_bytes": unpacked_bytes(package.folder / f"{name}.zip"),
            }
            for name in ("deployment", *(layer.name for layer in LAYERS))
        }
        plan["function_bytes"] = function_sizes(package.template, package.folder)
        plan["checks"] = [dataclasses.asdict(entry) for entry in reviews]
    if account is not None:
        say("Asking CloudFormation what would change")
        plan["changes"] = [
            f"{change.action} {change.logical_id} ({change.resource_type})"
            + (" REPLACED" if change.replacement else "")
            for change in stack.preview(package)
        ]
    return plan


def _insist_on(reviews: list[Review]) -> None:
    """Raise TemplateNotSound when a check that ran found something."""
    found = {entry.tool: list(entry.problems) for entry in reviews if entry.problems}
    if found:
        who = ", ".join(f"{tool} ({len(problems)})" for tool, problems in found.items())
        raise TemplateNotSound(
            f"Nothing was deployed: the template has faults, say {who}. Mend infra/, or, where "
            "checkov is wrong, say why in infra/rules/checkov.yaml.",
            problems=found,
        )


def _tell(plan: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(plan)
        return
    out.print(f"stack {plan['stack']}, account {plan['account'] or 'unknown (no AWS credentials)'}")
    out.print("parameters: " + ", ".join(f"{name}={value}" for name, value in plan["parameters"].items()))
    out.print(f"template: {plan['template']}", soft_wrap=True)
    out.print(f"\nresources: {sum(plan['resources'].values())}")
    for kind, count in plan["resources"].items():
        out.print(f"  {kind:<38} {count:>3}")
    if "artefacts" in plan:
        _tell_artefacts(plan)
    for check in plan.get("checks", []):
        _tell_check(check)
    if "changes" in plan:
        out.print(f"\nchanges: {len(plan['changes'])}")
        for change in plan["changes"]:
            out.print(f"  {change}", soft_wrap=True)


def _tell_artefacts(plan: dict[str, Any]) -> None:
    out.print("\nartefacts, MB                zip  unpacked")
    for name, sizes in plan["artefacts"].items():
        out.print(f"  {name:<22} {_megabytes(sizes['zip_bytes'])} {_megabytes(sizes['unpacked_bytes'])}")
    out.print(f"\nfunctions with their layers, MB unpacked ({LIMIT_BYTES // 1_000_000} allowed)")
    for name, size in sorted(plan["function_bytes"].items()):
        out.print(f"  {name:<32} {_megabytes(size)}")
    out.print()


def _tell_check(check: dict[str, Any]) -> None:
    if not check["ran"]:
        verdict = "[yellow]did not run[/]"
    else:
        verdict = f"[red]{len(check['problems'])} problems[/]" if check["problems"] else "[green]sound[/]"
    out.print(f"check {check['tool']}: {verdict}" + (f" ({escape(check['note'])})" if check["note"] else ""))
    for problem in check["problems"]:
        out.print(f"  {escape(problem)}", soft_wrap=True)


def _tell_outcome(stage: str, outputs: dict[str, str], *, changed: bool, as_json: bool) -> None:
    if as_json:
        print_json({"stage": stage, "changed": changed, "outputs": outputs})
        return
    out.print(f"stage: {stage}\nchanged: {changed}\noutputs:")
    for name, value in outputs.items():
        out.print(f"  {name:<40} {value}", soft_wrap=True)


def _megabytes(size: int) -> str:
    """Decimal megabytes, to the tenth, without a float."""
    tenths = (size + 50_000) // 100_000
    return f"{tenths // 10:>6}.{tenths % 10}"
