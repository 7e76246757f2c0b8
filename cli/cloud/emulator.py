"""Start, find and stop the emulator's process."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass

from chalicelib.domain.kernel.errors import Refusal
from cli.cloud.home import PROJECT, Home
from cli.cloud.ports import port_of, remembered_port

START_LIMIT_S = 120
STOP_LIMIT_S = 660
REGION = "us-east-1"


class LocalCloudDidNotStart(Refusal):
    """The emulator ended, or did not answer in time."""


class LocalCloudDidNotStop(Refusal):
    """The emulator is still saving its state after a long time."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator."""

    pid: int
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def find(home: Home) -> Emulator | None:
    """Return the emulator that runs from this home, if one does."""
    pid = _lock_holder(home)
    return Emulator(pid=pid, port=remembered_port(home, "cloud")) if pid else None


def crashed(home: Home) -> bool:
    """Whether the last run ended without saving its state."""
    return home.unclean.exists() and _lock_holder(home) is None


def start(home: Home) -> Emulator:
    """Start the emulator and return once it answers.

    Raises LocalCloudDidNotStart with the end of its log.
    """
    port = port_of(home, "cloud")
    for folder in (home.state, home.objects):
        folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(home.scratch, ignore_errors=True)  # unpacked functions of workers that are gone
    home.scratch.mkdir()
    home.unclean.unlink(missing_ok=True)
    with home.log.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.cloud.launcher"],
            cwd=PROJECT,
            env=_environment(home, port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is for the command, not for the cloud
        )
    emulator = Emulator(pid=process.pid, port=port)
    deadline = time.monotonic() + START_LIMIT_S
    while not answers(emulator):
        if process.poll() is not None or time.monotonic() > deadline:
            raise LocalCloudDidNotStart(
                f"The local cloud did not start on port {port}. Its log is {home.log}, which ends:\n"
                f"{_tail(home)}\nMend what it names, then run `headgate up` again.",
                log=str(home.log),
            )
        time.sleep(0.05)
    return emulator


def stop(home: Home) -> bool:
    """Stop the emulator and return when its state is saved. False when none was running.

    Raises LocalCloudDidNotStop after eleven minutes; nothing is killed then.
    """
    pid = _lock_holder(home)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_LIMIT_S
    while _lock_holder(home) is not None:
        if time.monotonic() > deadline:
            raise LocalCloudDidNotStop(
                f"The local cloud (process {pid}) is still saving its state. Look at {home.log}; "
                "ending it by force would lose what happened since it started.",
                pid=pid,
            )
        _reap(pid)
        time.sleep(0.05)
    return True


def answers(emulator: Emulator) -> bool:
    """Whether the emulator takes requests."""
    try:
        with urllib.request.urlopen(f"{emulator.endpoint}/_ministack/health", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _lock_holder(home: Home) -> int | None:
    if not home.lock.exists():
        return None
    with home.lock.open("r+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            text = lock.read().strip()
            return int(text) if text else None
        return None


def _environment(home: Home, port: int) -> dict[str, str]:
    """What emulator and workers see: nobody's real credentials, nothing off the loopback interface."""
    foreign = ("AWS_", "PYTHON", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | {
        "HEADGATE_HOME": str(home.path),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AUTH": "true",  # role policies and tokens are checked
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home.objects),
        "TMPDIR": str(home.scratch),
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_WARM_TTL_SECONDS": "1800",  # a cold worker costs half a second; idle ones cost 60 MB each
        "DOCKER_HOST": f"unix://{home.path}/no-docker.sock",  # it would clean up containers that are not ours
        "SFTP_ENABLED": "0",  # listeners on fixed ports: two checkouts would fight for them
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": os.environ.get("HEADGATE_CLOUD_LOG_LEVEL", "WARNING"),
    }


def _tail(home: Home, lines: int = 15) -> str:
    return "\n".join(home.log.read_text(errors="replace").splitlines()[-lines:])


def _reap(pid: int) -> None:
    """Collect the process if it is our child (tests start and stop in one process)."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
