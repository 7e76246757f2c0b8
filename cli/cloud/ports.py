"""Free loopback ports, chosen once and remembered, so that two checkouts run side by side."""

from __future__ import annotations

import json
import socket

from cli.cloud.home import Home

FIRST_CHOICE = {"cloud": 4566}


def port_of(home: Home, name: str) -> int:
    """Return the remembered port of a server, or choose and remember one.

    A remembered port that another program holds now is given up and another one chosen.
    """
    ports: dict[str, int] = json.loads(home.ports.read_text()) if home.ports.exists() else {}
    wanted = ports.get(name) or FIRST_CHOICE.get(name, 0)
    port = wanted if wanted and is_free(wanted) else any_free_port()
    if ports.get(name) != port:
        home.ports.write_text(json.dumps(ports | {name: port}, indent=2) + "\n")
    return port


def remembered_port(home: Home, name: str) -> int:
    """Return the port that a running server was given. Raises KeyError when none was chosen yet."""
    ports: dict[str, int] = json.loads(home.ports.read_text())
    return ports[name]


def is_free(port: int) -> bool:
    """Whether nothing listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def any_free_port() -> int:
    """Return a port that the system says is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
