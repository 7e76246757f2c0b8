"""Events on the stack's EventBridge bus."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


class EventNotTaken(Exception):
    """The bus did not take an event; whoever published it tries again."""


class EventBridgePublisher:
    """EventPublisher on one bus, with `headgate` as the source."""

    def __init__(self, client: EventBridgeClient, *, bus: str) -> None:
        self._client = client
        self._bus = bus

    def publish(self, kind: str, *, unique: str, facts: Mapping[str, object]) -> None:
        """See EventPublisher."""
        detail = json.dumps({"unique": unique, **facts}, sort_keys=True)
        answer = self._client.put_events(
            Entries=[{"Source": "headgate", "DetailType": kind, "Detail": detail, "EventBusName": self._bus}]
        )
        if answer["FailedEntryCount"]:
            raise EventNotTaken(f"{kind} {unique}: {answer['Entries'][0].get('ErrorCode')}")
