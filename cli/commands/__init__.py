"""One module per command or group of commands.

A module joins by being listed in MODULES. It has either `command`, a function that becomes `headgate
<module name>`, or `app`, a Typer application whose commands become `headgate <module name> <command>`.
"""

from __future__ import annotations

MODULES = (
    "up",
    "down",
    "status",
    "deploy",
    "load",
    "utility",
    "tariff",
    "average",
    "condition",
    "agreement",
    "reads",
    "billrun",
    "bill",
    "print",
    "hold",
    "ledger",
    "audit",
    "payment",
    "adjust",
    "user",
    "api",
    "demo",
)
