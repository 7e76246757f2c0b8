"""Parts of usage rated by the stack's state machine, as many at once as it is told to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from chalicelib.columnar.part_rating import Comparing
from chalicelib.columnar.part_sums import PartSums
from chalicelib.columnar.simulation_files import SimulationFiles
from chalicelib.columnar.usage_table import UsageTable
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.executions import ExecutionStatus, RunExecutions
from chalicelib.usecases.ports.simulation import Progress

_NOTHING_SAID = "nothing was said: the function's log may tell"
_MOST_TOLD = 3


class PartsFailed(Refusal):
    """Parts of the usage could not be rated on the stack, so there is no whole to tell of."""


class RatedOnStack:
    """PartRating on the stack. `documents` are canonical ones by fingerprint; `pause` waits between looks.

    Parts are uploaded as they come, and only their numbers of rows stay in memory.
    """

    def __init__(
        self,
        store: ArtefactStore,
        executions: RunExecutions,
        *,
        simulation_id: str,
        map_concurrency: int,
        documents: Mapping[str, str],
        progress: Progress,
        pause: Callable[[], None],
    ) -> None:
        self._files = SimulationFiles(store, simulation_id)
        self._executions = executions
        self._id = simulation_id
        self._map_concurrency = map_concurrency
        self._documents = documents
        self._progress = progress
        self._pause = pause

    def sums(self, parts: Iterable[UsageTable], comparing: Comparing, *, rows: int) -> Iterator[PartSums]:
        """See PartRating. Raises PartsFailed."""
        comparing.rater()  # what cannot be compiled is refused before anything is uploaded
        self._files.put_order(comparing, documents=self._documents)
        sizes: list[int] = []
        for number, part in enumerate(parts):
            self._files.put_part(number, part)
            sizes.append(len(part.row))
            self._progress("Uploading", sum(sizes), rows)
        self._files.put_todo(len(sizes))
        self._executions.start(
            self._id,
            {
                "simulation_id": self._id,
                "correlation_id": self._id,
                "map_concurrency": self._map_concurrency,
            },
        )
        self._watch(sizes, rows)
        yield from map(self._files.sums, range(len(sizes)))

    def _watch(self, sizes: list[int], rows: int) -> None:
        """Wait for the end, telling how far it is."""
        running = True
        while running:
            self._pause()
            running = self._executions.status(self._id) is ExecutionStatus.RUNNING
            rated = self._files.rated()
            self._progress("Rating", sum(sizes[number] for number in rated), rows)
        missing = sorted(set(range(len(sizes))) - self._files.rated())
        if missing:
            reasons = self._files.failures()
            told = "; ".join(f"part {n}: {reasons.get(n, _NOTHING_SAID)}" for n in missing[:_MOST_TOLD])
            raise PartsFailed(
                f"{len(missing)} of {len(sizes)} parts of simulation {self._id} were not rated ({told}): "
                "run the command again, or leave out --on-stack",
                simulation_id=self._id,
                failed={n: reasons.get(n, _NOTHING_SAID) for n in missing},
            )
