"""A tariff document as text: comments at its head, then YAML, figures as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import wrap
from typing import Any

import yaml

from chalicelib.tariff_documents.owrs.imports.expressing import Flow, Plain

_WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Lists indented below their name, and everything written out."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        super().increase_indent(flow, indentless=False)


def _plain(dumper: yaml.SafeDumper, text: Plain) -> yaml.Node:
    tag = yaml.SafeLoader("").resolve(yaml.ScalarNode, str(text), (True, False))  # type: ignore[no-untyped-call]
    return dumper.represent_scalar(tag, str(text))


def _flow(dumper: yaml.SafeDumper, data: Flow) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)


_Dumper.add_representer(Plain, _plain)
_Dumper.add_representer(Flow, _flow)


def document_text(document: Mapping[str, Any], *, title: str, remarks: Iterable[str]) -> str:
    """The YAML of `document` under `title` and `remarks`, a blank line before each section."""
    lines = wrap(title, _WIDTH, initial_indent="# ", subsequent_indent="# ")
    for remark in remarks:
        lines += wrap(remark, _WIDTH, initial_indent="# - ", subsequent_indent="#   ")
    sections = [_dumped({name: value}) for name, value in document.items() if not _is_section(value)]
    parts = ["\n".join(lines) + "\n" + "".join(sections)]
    parts += [_dumped({name: value}) for name, value in document.items() if _is_section(value)]
    return "\n".join(parts)


def _is_section(value: object) -> bool:
    return isinstance(value, list) or (isinstance(value, dict) and not isinstance(value, Flow))


def _dumped(data: Mapping[str, Any]) -> str:
    return yaml.dump(
        dict(data),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
        default_flow_style=False,
    )
