"""What a simulation on the stack keeps in the artefacts bucket, under simulations/ID/.

order.json           both sides, and what accounts are grouped by
todo.json            what the state machine goes over: one entry for each part
parts/00007.npz      a part of the usage: whole accounts
sums/00007.npz       what it comes to
failed/00007.json    why it could not be rated
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from chalicelib.columnar.packed import dump_part, dump_sums, load_part, load_sums
from chalicelib.columnar.part_rating import Comparing
from chalicelib.columnar.part_sums import PartSums
from chalicelib.columnar.usage_table import UsageTable
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.rating import RateDocument
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.simulation import Terms


class SimulationFiles:
    """The files of one simulation."""

    def __init__(self, store: ArtefactStore, simulation_id: str) -> None:
        self._store = store
        self._stem = f"simulations/{simulation_id}"

    def put_order(self, comparing: Comparing, *, documents: Mapping[str, str]) -> None:
        """Say how parts are compared; `documents` are the canonical ones, by fingerprint."""
        order = {
            "now": _terms_data(comparing.now, documents),
            "proposed": _terms_data(comparing.proposed, documents),
            "by": [*comparing.by],
        }
        self._store.put(f"{self._stem}/order.json", json.dumps(order, ensure_ascii=False).encode())

    def order(self, read: Callable[[str], RateDocument]) -> Comparing:
        """How parts are compared; `read` reads canonical documents."""
        order = json.loads(self._store.get(f"{self._stem}/order.json"))
        return Comparing(
            now=_terms(order["now"], read), proposed=_terms(order["proposed"], read), by=tuple(order["by"])
        )

    def put_part(self, number: int, table: UsageTable) -> None:
        """Keep a part of the usage."""
        self._store.put(self._key("parts", number), dump_part(table))

    def part(self, number: int) -> UsageTable:
        """A part of the usage. Raises ArtefactMissing."""
        return load_part(self._store.get(self._key("parts", number)))

    def put_todo(self, count: int) -> None:
        """Say that parts up to `count` are there to be rated."""
        self._store.put(
            f"{self._stem}/todo.json", json.dumps([{"part": number} for number in range(count)]).encode()
        )

    def put_sums(self, number: int, sums: PartSums) -> None:
        """Keep what a part comes to."""
        self._store.put(self._key("sums", number), dump_sums(sums))

    def sums(self, number: int) -> PartSums:
        """What a part comes to. Raises ArtefactMissing."""
        return load_sums(self._store.get(self._key("sums", number)))

    def put_failure(self, number: int, reason: str) -> None:
        """Keep why a part could not be rated."""
        self._store.put(self._key("failed", number), json.dumps({"reason": reason}).encode())

    def failures(self) -> dict[int, str]:
        """Why parts could not be rated, by their numbers; sums that came later count."""
        found = self._numbers("failed") - self.rated()
        return {
            number: json.loads(self._store.get(self._key("failed", number)))["reason"]
            for number in sorted(found)
        }

    def rated(self) -> set[int]:
        """The parts whose sums are there."""
        return self._numbers("sums")

    def _numbers(self, folder: str) -> set[int]:
        prefix = f"{self._stem}/{folder}/"
        return {int(key.removeprefix(prefix).partition(".")[0]) for key in self._store.keys(prefix)}

    def _key(self, folder: str, number: int) -> str:
        return f"{self._stem}/{folder}/{number:05}.{'json' if folder == 'failed' else 'npz'}"


class PartDesk:
    """Rates parts of simulations; what was compiled for the last one is kept at hand."""

    def __init__(self, store: ArtefactStore, *, read: Callable[[str], RateDocument]) -> None:
        self._store = store
        self._read = read
        self._last: tuple[str, Any] = ("", None)

    def rate(self, simulation_id: str, number: int, *, transient: tuple[type[Exception], ...]) -> bool:
        """Rate one part and keep its sums; False when it failed and the reason was kept.

        `transient` errors (throttles, lost connections) are raised on, for the state machine to try again.
        """
        files = SimulationFiles(self._store, simulation_id)
        try:
            if self._last[0] != simulation_id:
                self._last = (simulation_id, files.order(self._read).rater())
            files.put_sums(number, self._last[1].sums(files.part(number)))
        except transient:
            raise
        except Refusal as refusal:
            files.put_failure(number, f"{refusal.code}: {refusal.message}")
            return False
        except Exception as error:
            files.put_failure(number, f"fault of this program: {type(error).__name__}")
            return False
        return True


def _terms_data(terms: Terms, documents: Mapping[str, str]) -> dict[str, object]:
    rates: list[TariffVersion | Condition] = [*terms.versions, *terms.conditions]
    return {
        "documents": [documents[one.fingerprint] for one in rates],
        "moved": dict(terms.moved),
        "since": terms.since.isoformat(),
    }


def _terms(data: Mapping[str, Any], read: Callable[[str], RateDocument]) -> Terms:
    found = [read(document) for document in data["documents"]]
    return Terms(
        versions=[one for one in found if isinstance(one, TariffVersion)],
        conditions=[one for one in found if isinstance(one, Condition)],
        moved=data["moved"],
        since=date.fromisoformat(data["since"]),
    )
