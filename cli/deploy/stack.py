"""Bring a stack to what a package says, by change set."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import boto3
from botocore.exceptions import ClientError

from chalicelib.domain.kernel.errors import Refusal
from cli.deploy.artefacts import Uploader
from cli.deploy.package import Package

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

Progress = Callable[[str, int, int], None]
"""What is being done, resources ready, resources in all."""

_NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed")


class DeployFailed(Refusal):
    """CloudFormation did not bring the stack to the wanted state."""


class StackMissing(Refusal):
    """No stack of this name in this account and region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of a change set."""

    action: str
    logical_id: str
    resource_type: str
    replacement: bool


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stage's stack. `poll_s` is how often CloudFormation is asked how it goes."""

    name: str
    parameters: dict[str, str]
    poll_s: float

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        client: CloudFormationClient = boto3.client("cloudformation")
        return client

    def deploy(self, package: Package, *, progress: Progress) -> bool:
        """Create or update the stack; return whether anything changed.

        Raises DeployFailed naming the resources that failed and why.
        """
        total = len(package.template["Resources"])
        progress("Uploading", 0, total)
        template_url = Uploader.open().upload(package)
        progress("Planning", 0, total)
        change_set, kind = self._plan(template_url)
        if change_set is None:
            return False
        self.cloudformation.execute_change_set(ChangeSetName=change_set)
        self._await_end("Creating" if kind == "CREATE" else "Updating", total, progress)
        return True

    def preview(self, package: Package) -> list[Change]:
        """Return what `deploy` would change, having changed nothing."""
        change_set, kind = self._plan(Uploader.open().upload(package))
        if change_set is None:
            return []
        pages = self.cloudformation.get_paginator("describe_change_set").paginate(ChangeSetName=change_set)
        entries = [change["ResourceChange"] for page in pages for change in page["Changes"]]
        self.cloudformation.delete_change_set(ChangeSetName=change_set)
        if kind == "CREATE":  # planning made an empty stack
            self.cloudformation.delete_stack(StackName=self.name)
        return [
            Change(
                action=entry["Action"],
                logical_id=entry["LogicalResourceId"],
                resource_type=entry["ResourceType"],
                replacement=entry.get("Replacement") == "True",
            )
            for entry in entries
        ]

    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs by name. Raises StackMissing."""
        stack = self._describe()
        if stack is None:
            raise StackMissing(
                f"There is no stack {self.name} here. Run `headgate up` for the local one, or "
                "`headgate deploy --stage prod` with credentials of the account it belongs to.",
                stack=self.name,
            )
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def _describe(self) -> Any | None:
        try:
            return self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def _plan(self, template_url: str) -> tuple[str | None, str]:
        """Make a change set; return its ARN (None when nothing would change) and CREATE or UPDATE."""
        existing = self._describe()
        if existing and existing["StackStatus"] in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"):
            # A stack whose creation failed can only be deleted.
            self.cloudformation.delete_stack(StackName=self.name)
            while self._describe():
                time.sleep(self.poll_s)
            existing = None
        kind: Literal["CREATE", "UPDATE"]
        kind = "UPDATE" if existing and existing["StackStatus"] != "REVIEW_IN_PROGRESS" else "CREATE"
        arn = self.cloudformation.create_change_set(
            StackName=self.name,
            ChangeSetName=f"headgate-{secrets.token_hex(8)}",
            ChangeSetType=kind,
            TemplateURL=template_url,
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in self.parameters.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )["Id"]
        while True:
            planned = self.cloudformation.describe_change_set(ChangeSetName=arn)
            if planned["Status"] == "CREATE_COMPLETE":
                return arn, kind
            if planned["Status"] == "FAILED":
                reason = planned.get("StatusReason", "")
                self.cloudformation.delete_change_set(ChangeSetName=arn)
                if any(words in reason for words in _NOTHING_TO_DO):
                    return None, kind
                raise DeployFailed(
                    f"The change set of {self.name} failed: {reason}", stack=self.name, reason=reason
                )
            time.sleep(self.poll_s)

    def _await_end(self, doing: str, total: int, progress: Progress) -> None:
        while True:
            stack = self._describe()
            status = stack["StackStatus"] if stack else "DELETED"
            if not status.endswith("_IN_PROGRESS"):
                break
            progress(doing, self._ready(), total)
            time.sleep(self.poll_s)
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            failures = self._failures()
            raise DeployFailed(
                f"The stack {self.name} ended as {status}:\n" + "\n".join(f"  {line}" for line in failures),
                stack=self.name,
                status=status,
                failures=failures,
            )
        progress(doing, total, total)

    def _ready(self) -> int:
        resources = self.cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        return sum(resource["ResourceStatus"].endswith("_COMPLETE") for resource in resources)

    def _failures(self) -> list[str]:
        """Why, in the order it happened; what was only cancelled because of another failure is left out."""
        events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        return [
            f"{event.get('LogicalResourceId')} ({event.get('ResourceType')}): "
            f"{event.get('ResourceStatusReason', '')}"
            for event in reversed(events)
            if event.get("ResourceStatus", "").endswith("_FAILED")
            and "cancelled" not in event.get("ResourceStatusReason", "")
        ]
