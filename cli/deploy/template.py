"""Join infra/*.yaml into the one file that `chalice package --merge-template` takes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

import yaml

from chalicelib.domain.kernel.errors import Refusal

Template = dict[str, Any]


class TemplateKeyTwice(Refusal):
    """Two files, or one file twice, write the same key of the stack."""


def join_templates(paths: Iterable[Path]) -> Template:
    """Return the files' sections joined, intrinsic functions in their long form (`Fn::Sub`), ready for JSON.

    `Globals` may be written by one file only. Raises TemplateKeyTwice naming key and files.
    """
    joined: Template = {}
    origin: dict[tuple[str, str], Path] = {}
    for path in paths:
        for section, entries in read_template(path).items():
            for name, value in entries.items():
                first = origin.setdefault((section, name), path)
                if name in joined.setdefault(section, {}):
                    raise TemplateKeyTwice(
                        f"{section}.{name} is written in {first.name} and in {path.name}. Keep one of them.",
                        section=section,
                        name=name,
                        files=[str(first), str(path)],
                    )
                joined[section][name] = value
    return joined


def read_template(path: Path) -> Template:
    """Return one CloudFormation YAML file. Raises TemplateKeyTwice when a mapping holds a key twice."""
    loaded: Template = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    return loaded


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags, refusing repeated keys (YAML itself takes the last one)."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: set[str] = set()
    for key_node, _ in node.value:
        if key_node.value in seen and key_node.tag != "tag:yaml.org,2002:merge":
            raise TemplateKeyTwice(
                f"The key {key_node.value} stands twice in one mapping, the second time on line "
                f"{key_node.start_mark.line + 1}. Keep one of them.",
                name=key_node.value,
                line=key_node.start_mark.line + 1,
            )
        seen.add(key_node.value)
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_multi_constructor("!", _intrinsic)
