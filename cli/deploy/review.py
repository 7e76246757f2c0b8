"""What checks say of the template that is deployed: cfn-lint, our own rules, checkov. None asks a network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cfn_guard_rs.cfn_guard_rs import CfnGuardParseError, run_checks_rs

from cli.cloud.home import PROJECT
from cli.deploy.expand import Template, expand
from cli.deploy.package import Package
from cli.deploy.tools import PackagingFailed

RULES = PROJECT / "infra" / "rules"
SKIPS = RULES / "checkov.yaml"
CHECKOV = PROJECT / ".venv-checkov" / "bin" / "checkov"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One tool's word. What did not run has proved nothing, and says why in `note`."""

    tool: str
    ran: bool = True
    problems: tuple[str, ...] = ()
    note: str = ""


def review(package: Package) -> list[Review]:
    """Look at the whole template; leave what AWS would see beside it as `cloudformation.json`.

    Raises PackagingFailed when a tool breaks.
    """
    template = expand(package.template)
    written_out = package.folder / "cloudformation.json"
    written_out.write_text(json.dumps(template, indent=1))
    return [lint(package.folder / "sam.json"), judge(template), scan(written_out)]


def lint(template: Path) -> Review:
    """cfn-lint: is it what CloudFormation takes?"""
    program = str(Path(sys.executable).parent / "cfn-lint")
    done = _run([program, "--format", "parseable", "--template", str(template)])
    problems = tuple(
        re.sub(r"^\S+?:(\d+):\d+:\d+:\d+:", r"line \1: ", line) for line in done.stdout.splitlines()
    )
    if done.returncode != 0 and not problems:
        raise PackagingFailed(f"cfn-lint ended with code {done.returncode}: {done.stderr.strip()[-2000:]}")
    return Review(tool="cfn-lint", problems=problems)


def judge(template: Template, rules: Path = RULES) -> Review:
    """CloudFormation Guard over our own rules: is it what we promise? A rule must find something to judge."""
    problems, held = [], 0
    for file in sorted(rules.glob("*.guard")):
        try:
            report = json.loads(run_checks_rs(json.dumps(template), file.read_text(encoding="utf-8"), False))
        except CfnGuardParseError as error:
            raise PackagingFailed(f"{file.name} is not a file of guard rules: {error}") from None
        held += len(report["compliant"])
        problems += [
            f"{name}: nothing in the template is of the kind it judges" for name in report["not_applicable"]
        ]
        for entry in report["not_compliant"]:
            rule = entry["Rule"]
            problems += [
                f"{rule['name']}: {complaint}" for complaint in sorted(set(_complaints(rule["checks"])))
            ]
    return Review(tool="guard", problems=tuple(problems), note=f"{held} rules hold")


def scan(template: Path, skips: Path = SKIPS) -> Review:
    """checkov: is it what is commonly held to be safe? What fails must be skipped by name, with a reason.

    Skips are applied here, not by checkov, so that one that nothing needs any more is found.
    """
    if not CHECKOV.exists():
        return Review(tool="checkov", ran=False, note="not installed; `.ci/setup checkov` does it")
    reasons: dict[str, str] = yaml.safe_load(skips.read_text(encoding="utf-8"))["skip"]
    command = [str(CHECKOV), "--framework", "cloudformation", "--skip-download", "--quiet", "--compact"]
    done = _run([*command, "--output", "json", "--file", str(template)], cwd=template.parent)
    try:
        told = json.loads(done.stdout)
        failed, passed = told["results"]["failed_checks"], told["summary"]["passed"]
    except (ValueError, KeyError, TypeError):
        raise PackagingFailed(
            f"checkov ended with code {done.returncode}: {done.stderr.strip()[-2000:]}"
        ) from None
    problems, needed = [], set()
    for check in failed:
        name, resource = check["check_id"], check["resource"].rpartition(".")[2]
        skip = next((skip for skip in (name, f"{name} {resource}") if skip in reasons), None)
        if skip is None:
            problems.append(f"{name} {resource}: {check['check_name']}")
        needed.add(skip)
    problems += [
        f"{skip}: skipped in {skips.name}, but nothing fails it" for skip in reasons if skip not in needed
    ]
    return Review(
        tool="checkov",
        problems=tuple(problems),
        note=f"{passed} checks hold, {len(reasons)} skips, each with its reason",
    )


def _complaints(checks: list[dict[str, Any]]) -> Iterator[str]:
    """Message and place of each clause that does not hold, however deep it stands in its rule."""
    for check in checks:
        for node in check.values():
            if "checks" in node:
                yield from _complaints(node["checks"])
                continue
            clause = node.get("Binary") or node.get("Unary") or node
            messages = clause["messages"]
            words = (messages.get("custom_message") or clause.get("context") or "").strip()
            place = re.search(r"/Resources/[^\s\[\]\"]+", json.dumps(clause.get("check", clause)))
            yield f"{words} ({place[0].removeprefix('/Resources/')})" if place else words


def _run(command: list[str], *, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    # Neither credentials nor an endpoint: a check that asked somebody would not be one of the template.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BC_", "CKV_"))
    }
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
