"""`headgate deploy`: this work tree to a stage. Local and AWS differ in the endpoint only."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.kernel.errors import Refusal
from cli.cloud import session
from cli.cloud.home import home
from cli.cloud.up import deploy_locally, this_version
from cli.deploy.package import Package, add_dependencies, make_package
from cli.deploy.stack import Stack
from cli.output import JsonOption, out, print_json, progress_bar, steps

AWS_MAP_CONCURRENCY = 40


class NoAwsCredentials(Refusal):
    """AWS does not know who asks."""


def command(
    *,
    stage: Annotated[str, typer.Option(help="`local`, or a stage on AWS such as `prod`.")] = session.LOCAL,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done and stop.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before changing an AWS account.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Package this work tree and deploy it. AWS stages need credentials (environment, profile or SSO)."""
    place = home()
    with steps("Packaging"):
        package = make_package(stage=stage, folder=place.build(stage))
    if stage == session.LOCAL:
        session.use_local_cloud()
        if not dry_run:
            with steps("Deploying") as say:
                outputs, changed = deploy_locally(place, package, say=say)
            _tell({"stage": stage, "changed": changed, "outputs": outputs}, as_json=as_json)
            return
    stack = _stack(stage)
    account = _account()
    plan = _plan(stack, package, account)
    if dry_run or account is None:
        _tell(plan, as_json=as_json)
        if not dry_run:
            raise NoAwsCredentials(
                f"Nothing was deployed: AWS gave no identity for stage {stage}. Set credentials "
                "(AWS_PROFILE, `aws sso login`, or access keys) and a region, then run this again.",
                stage=stage,
            )
        return
    if not as_json:
        _tell(plan, as_json=False)
    if not yes:
        typer.confirm(f"Change account {account}, stack {stack.name}?", abort=True, err=True)
    with steps("Installing the locked requirements for Lambda"):
        add_dependencies(package)
    with progress_bar("Deploying", unit="resources") as bar:
        changed = stack.deploy(
            package, progress=lambda what, done, total: bar.update(title=what, done=done, total=total)
        )
    outputs = stack.outputs()
    _tell({"stage": stage, "changed": changed, "outputs": outputs}, as_json=as_json)


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


def _plan(stack: Stack, package: Package, account: str | None) -> dict[str, Any]:
    """What a deploy would do: from CloudFormation itself where we may ask it, else from the template."""
    kinds = Counter(resource["Type"] for resource in package.template["Resources"].values())
    plan: dict[str, Any] = {
        "stack": stack.name,
        "account": account,
        "parameters": stack.parameters,
        "resources": dict(sorted(kinds.items())),
        "template": str(package.folder / "sam.json"),
    }
    if account is not None:
        plan["changes"] = [
            f"{change.action} {change.logical_id} ({change.resource_type})"
            + (" REPLACED" if change.replacement else "")
            for change in stack.preview(package)
        ]
    return plan


def _tell(document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
        return
    for name, value in document.items():
        if isinstance(value, dict):
            out.print(f"{name}:")
            for key, entry in value.items():
                out.print(f"  {key:<40} {entry}", soft_wrap=True)
        elif isinstance(value, list):
            out.print(f"{name}: {len(value)}")
            for entry in value:
                out.print(f"  {entry}", soft_wrap=True)
        else:
            out.print(
                f"{name}: {value if value is not None else 'unknown (no AWS credentials)'}", soft_wrap=True
            )
