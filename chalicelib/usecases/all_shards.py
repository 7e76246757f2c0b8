"""Every shard there is."""

from __future__ import annotations

from chalicelib.domain.kernel.ids import Shard
from chalicelib.usecases.ports.registry import RegistryStore


def all_shards(registry: RegistryStore) -> list[Shard]:
    """The shards of all cycles, in order, each once."""
    return sorted({shard for cycle in registry.cycles() for shard in registry.shards_of_cycle(cycle.code)})
