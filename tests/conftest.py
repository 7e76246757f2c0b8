"""Fixtures that several folders of tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from chalicelib.bootstrap import Settings

# No example is ever too slow: a busy machine is not a finding.
settings.register_profile("headgate", deadline=None)
settings.load_profile("headgate")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCloudForTests:
    """A local cloud of this run's own, with the stack of this work tree deployed.

    While it is up, `chalicelib.bootstrap`, boto3 and `headgate` commands (also in subprocesses) speak to it.
    """

    settings: Settings
    api_url: str
    endpoint: str
    outputs: dict[str, str]
    home: Path


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are called by their length: a packed file holds the second it was made in.

    Workers that collect one after the other would find different tests, and run none.
    """
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests counted: `record_property("figures", "…")`."""
    ended = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    for report in ended:
        for name, figures in report.user_properties:
            if name == "figures":
                terminalreporter.write_line(f"{report.nodeid.rpartition('/')[2]}: {figures}")


@pytest.fixture(scope="session")
def local_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloudForTests]:
    """Start an emulator in a folder of its own, deploy once, stop it by its process id at the end.

    Under xdist every worker has one of its own; `make test` runs what is marked `emulator` in one process.
    """
    from chalicelib import bootstrap
    from cli.cloud import emulator, ports, session
    from cli.cloud.home import Home
    from cli.cloud.up import bring_up

    before = dict(os.environ)
    home = Home(tmp_path_factory.mktemp("cloud"))
    os.environ["HEADGATE_HOME"] = str(home.path)
    home.ports.write_text(f'{{"cloud": {ports.any_free_port()}}}')
    try:
        cloud = bring_up(home, say=lambda _: None)
        yield LocalCloudForTests(
            settings=session.use_stack(),
            api_url=cloud.api_url,
            endpoint=cloud.emulator.endpoint,
            outputs=cloud.outputs,
            home=home.path,
        )
    finally:
        emulator.stop(home)
        os.environ.clear()
        os.environ.update(before)
        bootstrap.forget()
