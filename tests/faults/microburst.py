"""The fault-injection proxy `microburst`, started beside the local cloud."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from sys import executable
from typing import Any

from cli.cloud.ports import any_free_port

THROTTLED = 0.3
_WRITES = {
    "dynamodb": ("PutItem", "UpdateItem", "TransactWriteItems", "BatchWriteItem"),
    "s3": ("PutObject",),
    "events": ("PutEvents",),
}
Rules = list[dict[str, Any]]

# Three calls in ten are refused for want of capacity.
THROTTLES: Rules = [
    {"service": "dynamodb", "probability": THROTTLED, "error": {"code": "ThrottlingException"}},
    {"service": "s3", "probability": THROTTLED, "error": {"code": "SlowDown"}},
    {"service": "events", "probability": THROTTLED, "error": {"code": "ThrottlingException"}},
]
# Of each kind of write, every other one is done without its caller hearing of it: the first try always.
LOST_ANSWERS: Rules = [
    {
        "service": service,
        "operation": operation,
        "sequence": {"fail": 1, "pass": 1},
        "response": {"abort_bytes": 0},
    }
    for service, operations in _WRITES.items()
    for operation in operations
]


@contextmanager
def microburst(upstream: str, rules: Rules) -> Iterator[str]:
    """Run the proxy with `rules` before `upstream`; gives its address.

    It changes the Host, so requests are signed anew, with the credentials of this process.
    """
    port = any_free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        str(Path(executable).with_name("microburst")),
        "--upstream",
        upstream,
        "--port",
        str(port),
        "--resign",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(address)
        _call(f"{address}/_microburst/rules", rules)
        yield address
    finally:
        process.terminate()
        process.wait()


def fired(address: str) -> int:
    """How many faults were injected."""
    return len(_call(f"{address}/_microburst/fired?limit=100000"))


def _await(address: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with suppress(OSError):
            _call(f"{address}/_microburst/health")
            return
        time.sleep(0.1)
    raise TimeoutError("microburst does not answer")


def _call(url: str, body: Rules | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=5) as answer:
        return json.load(answer)
