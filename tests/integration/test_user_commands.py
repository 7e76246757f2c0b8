"""`headgate user` against the local cloud, as a clerk uses it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from chalicelib.domain.kernel.ids import CycleCode
from chalicelib.usecases.ports.registry import UserOfAnotherPerson
from cli.commands import user as commands
from cli.commands.user import PasswordOnCommandLine
from cli.main import build
from cli.sign_in import SignInRefused
from tests import in_cloud
from tests.api_calls import PASSWORD, call
from tests.conftest import LocalCloudForTests
from tests.towns import the_account, town

pytestmark = pytest.mark.emulator

_numbers = count(int(datetime.now(UTC).timestamp() * 10))
RUNNER = CliRunner()


def invoke(*arguments: str) -> Any:
    return RUNNER.invoke(build(), ["user", *arguments])


def answer(*arguments: str) -> Any:
    done = invoke(*arguments, "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


@pytest.fixture
def cycle(local_cloud: LocalCloudForTests) -> CycleCode:
    code = CycleCode(f"U{next(_numbers)}")
    in_cloud.register(town(accounts=2, cycle=code))
    return code


def test_a_customer_is_let_in_and_out(cycle: CycleCode, local_cloud: LocalCloudForTests) -> None:
    account, email = the_account(1, cycle=cycle), f"ada@{cycle.lower()}.example"
    added = answer("add", "--account", f"{cycle}-1-1", "--email", email, "--password", PASSWORD)
    assert (added["already"], added["invited"]) == (False, False)
    assert answer("add", "--account", account, "--email", email)["already"]

    token = invoke("token", email, "--password", PASSWORD).stdout.strip()
    listed = call(f"{local_cloud.api_url}/accounts", token=token).body["accounts"]
    assert [one["account_id"] for one in listed] == [account]

    assert [one["email"] for one in answer("list", "--account", account)] == [email]
    assert email in invoke("list", "--account", account).stdout
    assert answer("remove", email)["user"]["user_id"] == added["user"]["user_id"]
    assert answer("list", "--account", account) == []
    assert call(f"{local_cloud.api_url}/accounts", token=token).status == 403
    assert isinstance(invoke("token", email, "--password", PASSWORD).exception, SignInRefused)


def test_without_a_password_they_are_invited_and_must_choose_one(cycle: CycleCode) -> None:
    email = f"ada@{cycle.lower()}.example"
    told = invoke("add", "--account", the_account(1, cycle=cycle), "--email", email)
    assert "Invited" in told.stdout

    messages = boto3.client("ses")._endpoint.host  # the emulator shows what it would have sent
    sent = call(f"{messages}/_ministack/ses/messages").body
    assert email in json.dumps(sent)


def test_an_address_serves_one_customer(cycle: CycleCode) -> None:
    email = f"ada@{cycle.lower()}.example"
    answer("add", "--account", the_account(1, cycle=cycle), "--email", email, "--password", PASSWORD)
    refused = invoke("add", "--account", the_account(2, cycle=cycle), "--email", email)
    assert isinstance(refused.exception, UserOfAnotherPerson)


def test_a_password_is_typed_on_the_local_stage_only(
    cycle: CycleCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Prod:
        is_local = False

    monkeypatch.setattr(commands, "use_stack", Prod)
    refused = invoke("add", "--account", "1", "--email", "ada@example.com", "--password", PASSWORD)
    assert isinstance(refused.exception, PasswordOnCommandLine)
