"""The one place that wires ports to adapters.

Entry points (app.py, functions/, cli/) call what is here and nothing below it. Everything is made on first use, so that
a function pays only for what it needs.
"""

from __future__ import annotations

from chalicelib.runtime.clients import aws_client, forget_clients
from chalicelib.runtime.settings import Settings, settings

__all__ = ["Settings", "aws_client", "forget", "settings"]


def forget() -> None:
    """Drop everything that was made, for processes that turn to another stack (command line, tests)."""
    settings.cache_clear()
    forget_clients()
