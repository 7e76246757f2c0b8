"""Ports are chosen once and kept."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from cli.cloud import ports
from cli.cloud.home import Home

pytestmark = pytest.mark.enable_socket


def test_the_chosen_port_is_remembered(tmp_path: Path) -> None:
    home = Home(tmp_path)
    chosen = ports.port_of(home, "cloud")
    assert ports.remembered_port(home, "cloud") == chosen
    assert ports.port_of(home, "cloud") == chosen


def test_a_port_that_someone_else_holds_is_given_up(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        home.ports.write_text(json.dumps({"cloud": taken}))
        assert ports.port_of(home, "cloud") != taken
        assert ports.remembered_port(home, "cloud") != taken


def test_another_servers_port_is_left_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    web = ports.port_of(home, "web")
    ports.port_of(home, "cloud")
    assert ports.remembered_port(home, "web") == web
