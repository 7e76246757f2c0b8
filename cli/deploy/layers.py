"""The artefacts of AWS: one layer of packages for each kind of function, made once for each content.

A further kind is a requirements file, its lock, and an entry in LAYERS; infra/ says which functions take it.
"""

from __future__ import annotations

import fcntl
import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from chalicelib.domain.kernel.errors import Refusal
from cli.cloud.home import PROJECT
from cli.deploy import pango, wheels
from cli.deploy.debian import Debian
from cli.deploy.lambda_python import LambdaPython
from cli.deploy.zips import unpacked_bytes, unzip, zip_folder

Say = Callable[[str], None]

# AWS takes 250 MB for a function with its layers, unpacked. The rest is left for growth between two releases.
LIMIT_BYTES = 230_000_000
# What decides how a layer comes out, besides its contents.
_RECIPES = ("layers", "wheels", "pango", "elf", "zips", "lambda_python")


class ArtefactTooLarge(Refusal):
    """A function with its layers does not fit into Lambda."""


class Layer(Protocol):
    """One layer: the zip file that the template names."""

    @property
    def name(self) -> str:
        """The zip file's name without its ending."""

    def contents(self, work: Path, /) -> str:
        """Everything that goes into it, by version. `work` is the layer's own folder, and stays."""

    def build(self, folder: Path, work: Path, python: LambdaPython, /) -> None:
        """Lay it out as it shall be in /opt."""


@dataclass(frozen=True, slots=True)
class PackagesLayer:
    """The packages of a lock, less those of the locks of layers that the same functions have anyway."""

    name: str
    lock: str
    beside: tuple[str, ...] = ()

    def contents(self, _work: Path, /) -> str:
        return self.requirements() + " ".join(sorted(wheels.aws_services()))

    def requirements(self) -> str:
        """The lines of the lock that this layer holds."""
        there = {name for lock in self.beside for name in wheels.pins(_read(lock))}
        mine = {name: lines for name, lines in wheels.pins(_read(self.lock)).items() if name not in there}
        return "".join(f"{lines}\n" for lines in mine.values())

    def build(self, folder: Path, _work: Path, python: LambdaPython, /) -> None:
        wheels.install(self.requirements(), folder / "python")
        python.compile(folder / "python", as_folder="/opt/python")


@dataclass(frozen=True, slots=True)
class PangoLayer:
    """Pango and fonts."""

    name: str

    def contents(self, work: Path, /) -> str:
        return repr(pango.packages(self._archive(work)))

    def build(self, folder: Path, work: Path, _python: LambdaPython, /) -> None:
        pango.build(self._archive(work), folder)

    def _archive(self, work: Path) -> Debian:
        return Debian.open(pango.RELEASE, work / "apt")


API_LOCK = "requirements/api.txt"
DOCUMENTS_LOCK = "requirements/documents.txt"
COLUMNS_LOCK = "requirements/columns.txt"
LAYERS: tuple[Layer, ...] = (
    PackagesLayer("dependencies", API_LOCK),
    PackagesLayer("documents", DOCUMENTS_LOCK, beside=(API_LOCK,)),
    PangoLayer("pango"),
    PackagesLayer("columns", COLUMNS_LOCK, beside=(API_LOCK,)),
)


def make_layers(cache: Path, *, say: Say) -> dict[str, Path]:
    """Return layer → zip file, building those whose contents or recipe `cache` has not seen.

    Raises ToolMissing, PackagingFailed, LibraryMissing, ImportNotReplaced, TooNewForLambda.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two deploys, or two test workers, would build in the same folder
        return {layer.name: _make(layer, cache, say=say) for layer in LAYERS}


def add_byte_code(bundle: Path, cache: Path) -> None:
    """Compile the modules in the bundle's zip file. Raises ToolMissing, PackagingFailed."""
    with tempfile.TemporaryDirectory() as folder:
        unzip(bundle, Path(folder))
        lambda_python(cache).compile(Path(folder), as_folder="/var/task")
        zip_folder(Path(folder), bundle)


def lambda_python(cache: Path) -> LambdaPython:
    """The interpreter that layers are built with. Raises ToolMissing, PackagingFailed."""
    return LambdaPython.open(cache / "python")


def layers_of(template: dict[str, Any], function: str) -> list[str]:
    """The zip files, without their ending, of the layers that a function has on AWS, in order."""
    shared = template.get("Globals", {}).get("Function", {}).get("Layers", [])
    own = template["Resources"][function]["Properties"].get("Layers", shared)
    if isinstance(own, dict):  # `!If [IsAws, […], none]`
        own = own["Fn::If"][1]
    uris = [template["Resources"][layer["Ref"]]["Properties"]["ContentUri"] for layer in own]
    return [Path(uri).stem for uri in uris]


def functions_of(template: dict[str, Any]) -> list[str]:
    """Logical ids of the template's functions."""
    resources = template["Resources"].items()
    return [name for name, resource in resources if resource["Type"] == "AWS::Serverless::Function"]


def function_sizes(template: dict[str, Any], folder: Path) -> dict[str, int]:
    """Return function → bytes it takes on Lambda, unpacked, with its layers. Raises ArtefactTooLarge."""
    sizes = {
        function: sum(
            unpacked_bytes(folder / f"{part}.zip") for part in ("deployment", *layers_of(template, function))
        )
        for function in functions_of(template)
    }
    for function, size in sizes.items():
        if size > LIMIT_BYTES:
            raise ArtefactTooLarge(
                f"{function} unpacks to {size:,} bytes with its layers, {LIMIT_BYTES:,} are allowed. "
                "Move what only some functions need into a layer of its own (cli/deploy/layers.py).",
                function=function,
                bytes=size,
                limit=LIMIT_BYTES,
            )
    return sizes


def _make(layer: Layer, cache: Path, *, say: Say) -> Path:
    say(f"Layer {layer.name}: looking up what goes into it")
    work = cache / layer.name
    key = hashlib.sha256((_recipe() + layer.contents(work)).encode()).hexdigest()[:16]
    made = cache / f"{layer.name}-{key}.zip"
    if not made.exists():
        say(f"Layer {layer.name}: building")
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            layer.build(Path(folder), work, lambda_python(cache))
            say(f"Layer {layer.name}: packing")
            zip_folder(Path(folder), made)
        for old in cache.glob(f"{layer.name}-*.zip"):
            if old != made:
                old.unlink()
    return made


def _recipe() -> str:
    return "".join(_read(f"cli/deploy/{name}.py") for name in _RECIPES)


def _read(path: str) -> str:
    return (PROJECT / path).read_text(encoding="utf-8")
