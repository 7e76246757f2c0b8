"""Usage is rated from the layers alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.columnar.simulation_files import PartDesk
from cli.deploy import elf
from tests.infrastructure.artefacts.unpacked import Artefacts
from tests.rated_elsewhere import Stack, riverbend

pytestmark = [pytest.mark.artefacts, pytest.mark.slow]


RATE_PART = """
import json
from pathlib import Path
from chalicelib import bootstrap
from chalicelib.columnar.simulation_files import PartDesk
from chalicelib.storage.memory.artefacts import MemoryArtefacts
store, folder = MemoryArtefacts(), Path({folder!r})
for file in folder.rglob("*.*"):
    store.put(str(file.relative_to(folder)), file.read_bytes())
done = PartDesk(store, read=bootstrap.read_rate_document).rate("S1", {number}, transient=())
(folder / {sums!r}).write_bytes(store.get({sums!r}))
mapped = {{line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}}
print(json.dumps([done, sorted(mapped)]))
"""


def test_usage_is_rated_from_the_layers_alone_and_comes_to_the_same(
    artefacts: Artefacts, tmp_path: Path
) -> None:
    """Lambda's interpreter and numpy on one side, those of this machine on the other."""
    mapped: set[str] = set()

    def work(_desk: PartDesk, number: int) -> None:
        for key in stack.store.keys("simulations/"):
            (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / key).write_bytes(stack.store.get(key))
        sums = f"simulations/S1/sums/{number:05}.npz"
        (tmp_path / sums).parent.mkdir(exist_ok=True)
        code = RATE_PART.format(folder=str(tmp_path), number=number, sums=sums)
        done, libraries = artefacts.run("SimulatePart", code)
        assert done
        mapped.update(libraries)
        stack.store.put(sums, (tmp_path / sums).read_bytes())

    stack = Stack(work)
    assert riverbend(stack=stack, rows_a_part=1_500) == riverbend()
    assert any("/columns/python/numpy/" in path for path in mapped)
    ours = (str(artefacts.folder), str(artefacts.python.root))
    of_the_system = {Path(path).name for path in mapped if not path.startswith(ours)}
    there = tuple(elf.RUNTIME_LIBRARIES)
    assert [name for name in of_the_system if not name.startswith(there)] == []
