"""Port: telling other parts, and other systems, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class EventPublisher(Protocol):
    """Events of the utility's billing. Told at least once: who listens must bear a repetition."""

    def publish(self, kind: str, *, unique: str, facts: Mapping[str, object]) -> None:
        """Tell that something happened. `kind` is its name, for example BillRunClosed.

        `unique` is equal for every repetition of the same event. `facts` hold no personal data.
        """
