"""Joining infra/*.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.deploy.template import TemplateKeyTwice, join_templates


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_sections_of_several_files_are_joined(tmp_path: Path) -> None:
    data = write(tmp_path, "data.yaml", "Resources:\n  Table: {Type: T}\n")
    web = write(tmp_path, "web.yaml", "Resources:\n  Bucket: {Type: B}\nOutputs:\n  Name: {Value: v}\n")
    assert join_templates([data, web]) == {
        "Resources": {"Table": {"Type": "T"}, "Bucket": {"Type": "B"}},
        "Outputs": {"Name": {"Value": "v"}},
    }


def test_a_resource_in_two_files_is_refused_naming_both(tmp_path: Path) -> None:
    first = write(tmp_path, "data.yaml", "Resources:\n  Table: {Type: T}\n")
    second = write(tmp_path, "web.yaml", "Resources:\n  Table: {Type: T}\n")
    with pytest.raises(TemplateKeyTwice, match=r"Resources\.Table is written in data\.yaml and in web\.yaml"):
        join_templates([first, second])


def test_a_key_twice_in_one_mapping_is_refused_with_its_line(tmp_path: Path) -> None:
    twice = write(tmp_path, "data.yaml", "Resources:\n  Table:\n    Type: T\n    Type: U\n")
    with pytest.raises(TemplateKeyTwice, match=r"Type stands twice .* line 4"):
        join_templates([twice])


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref Table", {"Ref": "Table"}),
        ("!GetAtt Table.Arn", {"Fn::GetAtt": ["Table", "Arn"]}),
        ('!Sub "${Table}-x"', {"Fn::Sub": "${Table}-x"}),
        ("!If [IsAws, !Ref A, b]", {"Fn::If": ["IsAws", {"Ref": "A"}, "b"]}),
        ("!Condition IsAws", {"Condition": "IsAws"}),
    ],
)
def test_short_tags_become_their_long_form(tmp_path: Path, short: str, long: object) -> None:
    path = write(tmp_path, "a.yaml", f"Outputs:\n  Name:\n    Value: {short}\n")
    assert join_templates([path])["Outputs"]["Name"]["Value"] == long
