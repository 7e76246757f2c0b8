"""`MaxConcurrencyPath` of a Distributed Map.

On AWS the number of parallel chunks may come from the state's input; ministack reads the literal
`MaxConcurrency` only and, finding none, starts 64 at once. Ours comes from a stack parameter through the
function that opens a run (4 on a laptop, 40 on AWS).
"""

from __future__ import annotations

from typing import Any

from ministack.services import stepfunctions


def apply() -> None:
    """Wrap the map's runner."""
    stepfunctions._run_distributed_map = with_path(stepfunctions._run_distributed_map)


def with_path(run_map: Any) -> Any:
    """Resolve the path and hand the number on as the literal the emulator knows."""

    def ran(state: dict[str, Any], raw_input: Any, effective: Any, *rest: Any) -> Any:
        if path := state.get("MaxConcurrencyPath"):
            context = rest[-1]
            number = stepfunctions._resolve_path_or_ctx(path, effective, context)
            state = state | {"MaxConcurrency": number}
        return run_map(state, raw_input, effective, *rest)

    return ran
