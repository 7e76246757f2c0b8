"""Step `RatePart` of a simulation: a part of the usage becomes sums."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import bootstrap
from chalicelib.runtime.handler import count, lambda_handler
from chalicelib.runtime.log import logger

_TRANSIENT = (ClientError, BotoCoreError)


@lambda_handler
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Rate the part `item.part` of `simulation_id`; answer `{"done": …}`, false when it failed."""
    simulation_id, number = str(event["simulation_id"]), int(event["item"]["part"])
    done = bootstrap.part_desk().rate(simulation_id, number, transient=_TRANSIENT)
    logger.info(
        "part worked on",
        extra={"simulation_id": simulation_id, "part": number, "outcome": "done" if done else "failed"},
    )
    count("SimulationPartsRated" if done else "SimulationPartsFailed", 1)
    return {"done": done}
