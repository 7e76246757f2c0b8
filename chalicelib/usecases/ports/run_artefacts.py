"""Port: what a bill run leaves on S3, as domain objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from chalicelib.domain.billing.chunk import DraftChunk, DraftManifest, FrozenChunk
from chalicelib.domain.billing.run import Stage
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.domain.tariffs.rating import TariffBook


class ArtefactAltered(Refusal):
    """An artefact's bytes are not those that were recorded when it was made."""


class Stored(NamedTuple):
    """Where an artefact is, and the SHA-256 (hex) of its content before compression."""

    key: str
    sha256: str


class RunArtefacts(Protocol):
    """Chunks and manifests, each under a key that holds its hash: no late writer replaces what is in use.

    Equal objects give equal bytes. Reading with a hash raises ArtefactAltered when the content has another.
    All readers raise ArtefactMissing.
    """

    def put_shards(self, run_id: RunId, shards: Sequence[Shard]) -> None:
        """Store which shards a run consists of."""

    def shards(self, run_id: RunId) -> tuple[Shard, ...]:
        """The shards a run consists of."""

    def put_todo(self, run_id: RunId, stage: Stage, items: Sequence[Mapping[str, str]]) -> None:
        """Store what a stage still has to go over: the state machine's Map reads it."""

    def todo(self, run_id: RunId, stage: Stage) -> tuple[Mapping[str, str], ...]:
        """What a stage still has to go over."""

    def put_tariffs(self, run_id: RunId, documents: Mapping[str, str]) -> None:
        """Freeze tariffs and conditions (canonical JSON by reference) with a run.

        A reference is `CODE@version`, or `condition:NAME@revision`.
        """

    def tariffs(self, run_id: RunId) -> Mapping[str, str]:
        """The fingerprints of the tariffs and conditions frozen with a run, by reference."""

    def book(self, run_id: RunId) -> TariffBook:
        """The tariffs and conditions frozen with a run, compiled; kept for the next call of the same run."""

    def put_frozen(self, chunk: FrozenChunk) -> Stored:
        """Store a frozen chunk."""

    def frozen(self, key: str, *, sha256: str) -> FrozenChunk:
        """A frozen chunk."""

    def put_draft(self, chunk: DraftChunk) -> Stored:
        """Store a draft chunk."""

    def draft(self, key: str, *, sha256: str) -> DraftChunk:
        """A draft chunk."""

    def put_manifest(self, manifest: DraftManifest) -> Stored:
        """Store the manifest of all drafts."""

    def manifest(self, run_id: RunId, *, sha256: str) -> DraftManifest:
        """The manifest of drafts with this hash."""
