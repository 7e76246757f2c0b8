"""Which function has which layers, how large that may be, and when a layer is made anew."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from cli.deploy import layers
from cli.deploy.lambda_python import LambdaPython
from cli.deploy.layers import (
    API_LOCK,
    DOCUMENTS_LOCK,
    ArtefactTooLarge,
    PackagesLayer,
    function_sizes,
    layers_of,
    make_layers,
)
from cli.deploy.wheels import aws_services, pins, versions

NONE = {"Ref": "AWS::NoValue"}


def on_aws(*names: str) -> dict[str, Any]:
    return {"Fn::If": ["IsAws", [{"Ref": name} for name in names], NONE]}


TEMPLATE = {
    "Globals": {"Function": {"Layers": on_aws("Base")}},
    "Resources": {
        "Base": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "./base.zip"}},
        "More": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "./more.zip"}},
        "Plain": {"Type": "AWS::Serverless::Function", "Properties": {}},
        "Rich": {"Type": "AWS::Serverless::Function", "Properties": {"Layers": on_aws("Base", "More")}},
    },
}


def write_zip(path: Path, size: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("file", b"\0" * size)


def test_a_function_has_the_shared_layers_or_its_own() -> None:
    assert layers_of(TEMPLATE, "Plain") == ["base"]
    assert layers_of(TEMPLATE, "Rich") == ["base", "more"]


def test_a_function_with_its_layers_must_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("deployment", 10), ("base", 200), ("more", 1_000)):
        write_zip(tmp_path / f"{name}.zip", size)
    assert function_sizes(TEMPLATE, tmp_path) == {"Plain": 210, "Rich": 1_210}
    monkeypatch.setattr(layers, "LIMIT_BYTES", 1_000)
    with pytest.raises(
        ArtefactTooLarge, match=r"Rich unpacks to 1,210 bytes with its layers, 1,000 are allowed"
    ):
        function_sizes(TEMPLATE, tmp_path)


def test_a_layer_leaves_out_what_the_layer_beside_it_holds() -> None:
    base = pins(PackagesLayer("dependencies", API_LOCK).requirements())
    more = pins(PackagesLayer("documents", DOCUMENTS_LOCK, beside=(API_LOCK,)).requirements())
    assert {"boto3", "pydantic"} <= set(base)
    assert {"weasyprint", "babel", "segno"} <= set(more)
    assert set(base) & set(more) == set()
    assert all("--hash=sha256:" in lines for lines in (base | more).values())


def test_a_pin_is_read_with_its_hashes_and_without_its_reasons() -> None:
    lock = "# made by\nA.b==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via c\nc==2\n"
    assert versions(lock) == {"a.b": "1.0", "c": "2"}
    assert pins(lock)["a.b"].count("--hash") == 2


def test_the_services_kept_are_those_that_there_is_a_client_for() -> None:
    assert {"dynamodb", "s3", "kms", "secretsmanager", "stepfunctions", "events"} <= aws_services()


class FakeLayer:
    """Counts how often it is built."""

    name = "fake"

    def __init__(self) -> None:
        self.version, self.built = "1", 0

    def contents(self, _work: Path, /) -> str:
        return self.version

    def build(self, folder: Path, _work: Path, _python: LambdaPython, /) -> None:
        self.built += 1
        (folder / "file").write_text(self.version)


def test_a_layer_is_made_once_for_each_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = FakeLayer()
    monkeypatch.setattr(layers, "LAYERS", (layer,))
    monkeypatch.setattr(layers, "lambda_python", LambdaPython)
    first = make_layers(tmp_path, say=lambda _: None)["fake"]
    assert make_layers(tmp_path, say=lambda _: None)["fake"] == first
    assert layer.built == 1
    layer.version = "2"
    second = make_layers(tmp_path, say=lambda _: None)["fake"]
    assert (layer.built, second == first, first.exists()) == (2, False, False)
