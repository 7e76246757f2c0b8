"""Turn this process to a stage's stack: AWS environment variables and the names of the stack's resources.

Commands that use the stack begin with `use_stack()`; after it `chalicelib.bootstrap` and boto3 find
everything.
"""

from __future__ import annotations

import json
import os
import re

from chalicelib import bootstrap
from chalicelib.domain.kernel.errors import Refusal
from cli.cloud import emulator
from cli.cloud.home import home
from cli.deploy.stack import Stack

LOCAL = "local"


class LocalCloudNotRunning(Refusal):
    """The command needs the local cloud and it is not running."""


def stage_wanted() -> str:
    """The stage commands speak to: HEADGATE_STAGE, or the local one."""
    return os.environ.get("HEADGATE_STAGE") or LOCAL


def use_stack(stage: str | None = None) -> bootstrap.Settings:
    """Point this process at a stage's stack and return its settings.

    Raises LocalCloudNotRunning; StackMissing and botocore's own errors on AWS; SettingsIncomplete when the
    deployed stack is older than this code.
    """
    stage = stage or stage_wanted()
    if stage == LOCAL:
        use_local_cloud()
    os.environ.update(environment_of(_outputs(stage)))
    bootstrap.forget()
    return bootstrap.settings()


def use_local_cloud() -> None:
    """Point boto3 at the running emulator, as its root (its credentials are the word `test`)."""
    running = emulator.find(home())
    if running is None:
        raise LocalCloudNotRunning("The local cloud is not running. Start it with `headgate up`.")
    os.environ.update(local_environment(running.endpoint))


def local_environment(endpoint: str) -> dict[str, str]:
    """AWS variables of a process that speaks to the emulator and to nothing else."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"):
        os.environ.pop(name, None)
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": emulator.REGION,
        "AWS_DEFAULT_REGION": emulator.REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def environment_of(outputs: dict[str, str]) -> dict[str, str]:
    """Name stack outputs as the functions' environment does: RegistryTable → REGISTRY_TABLE."""
    return {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper(): value for name, value in outputs.items()}


def stack_name(stage: str) -> str:
    return f"headgate-{stage}"


def _outputs(stage: str) -> dict[str, str]:
    """What the last deploy noted; else ask CloudFormation (another machine may have deployed)."""
    noted = home().stack(stage)
    if stage == LOCAL and noted.exists():
        found: dict[str, str] = json.loads(noted.read_text())
        return found
    return Stack(name=stack_name(stage), parameters={}, poll_s=1.0).outputs()
