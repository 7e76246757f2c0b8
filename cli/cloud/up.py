"""Bring up the local cloud: emulator, stack, post-deploy steps, health."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from chalicelib.domain.kernel.errors import Refusal
from cli.cloud import emulator, session
from cli.cloud.emulator import Emulator
from cli.cloud.home import Home
from cli.deploy.package import Package, make_package
from cli.deploy.post_deploy import apply_table_settings
from cli.deploy.stack import Stack

HEALTH_LIMIT_S = 30
LOCAL_MAP_CONCURRENCY = 4  # each parallel call is a process of 60 MB; more than 4 gain nothing on two cores

Say = Callable[[str], None]


class ApiNotHealthy(Refusal):
    """The stack is deployed but GET /health does not answer as it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCloud:
    """A local cloud that is up."""

    emulator: Emulator
    outputs: dict[str, str]
    changed: bool
    recovered: bool
    seconds: dict[str, float]

    @property
    def api_url(self) -> str:
        return api_url(self.emulator, self.outputs)


def bring_up(home: Home, *, say: Say) -> LocalCloud:
    """Start the emulator if it is not running and deploy the work tree to it. Safe to repeat.

    Packaging goes on beside the emulator's start. Raises LocalCloudDidNotStart, PackagingFailed,
    DeployFailed, ApiNotHealthy.
    """
    clock = _Clock()
    recovered = emulator.crashed(home)
    with ThreadPoolExecutor(1) as beside:
        packaging = beside.submit(make_package, stage=session.LOCAL, folder=home.build(session.LOCAL))
        say("Starting the local cloud, packaging")
        running = emulator.find(home) or emulator.start(home)
        clock.note("start")
        package = packaging.result()
    clock.note("package")
    session.use_local_cloud()
    outputs, changed = deploy_locally(home, package, say=say)
    clock.note("deploy")
    say("Waiting for /health")
    await_health(running, outputs)
    clock.note("health")
    return LocalCloud(
        emulator=running, outputs=outputs, changed=changed, recovered=recovered, seconds=clock.seconds
    )


def deploy_locally(home: Home, package: Package, *, say: Say) -> tuple[dict[str, str], bool]:
    """Deploy a package to the running emulator; return the stack's outputs and whether anything changed."""
    stack = local_stack()
    changed = stack.deploy(
        package, progress=lambda what, done, total: say(f"{what} the stack ({done} of {total} resources)")
    )
    apply_table_settings(template=package.template, stack_name=stack.name)
    outputs = stack.outputs()
    home.stack(session.LOCAL).write_text(json.dumps(outputs, indent=2) + "\n")
    return outputs, changed


def local_stack() -> Stack:
    return Stack(
        name=session.stack_name(session.LOCAL),
        parameters={
            "StageName": session.LOCAL,
            "Version": this_version(),
            "MapConcurrency": str(LOCAL_MAP_CONCURRENCY),
        },
        poll_s=0.1,
    )


def await_health(running: Emulator, outputs: dict[str, str]) -> dict[str, str]:
    """Return what GET /health says once it says ok. Raises ApiNotHealthy with the last answer."""
    url = api_url(running, outputs) + "/health"
    deadline = time.monotonic() + HEALTH_LIMIT_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                answer: dict[str, str] = json.load(response)
            if answer.get("status") == "ok":
                return answer
            last = str(answer)
        except urllib.error.HTTPError as error:
            last = f"{error.code} {error.read().decode(errors='replace')[:2000]}"
        except OSError as error:
            last = str(error)
        if time.monotonic() > deadline:
            raise ApiNotHealthy(f"GET {url} does not say ok. It says: {last}", url=url, answer=last)
        time.sleep(0.2)


def api_url(running: Emulator, outputs: dict[str, str]) -> str:
    """The API's address on the emulator (Python cannot resolve the emulator's own *.localhost names)."""
    return f"{running.endpoint}/_aws/execute-api/{outputs['ApiId']}/api"


def this_version() -> str:
    try:
        return version("headgate")
    except PackageNotFoundError:
        return "development"


class _Clock:
    """Seconds since the last note, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def note(self, name: str) -> None:
        now = time.monotonic()
        self.seconds[name] = round(now - self._last, 2)
        self._last = now
