"""A refresh is not a sign-in: the emulator still says it is, the fill says when the sign-in was."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from ministack.services import cognito

from cli.cloud.fills import sign_in_time

AN_HOUR_S = 3600


@pytest.fixture
def refreshed_an_hour_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[int, int]]:
    """Sign in, let an hour pass, refresh. Returns both tokens' auth_time."""

    def story() -> tuple[int, int]:
        pool = body(cognito._create_user_pool({"PoolName": "p"}))["UserPool"]["Id"]
        flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        made = {"UserPoolId": pool, "ClientName": "c", "ExplicitAuthFlows": flows}
        client = body(cognito._create_user_pool_client(made))["UserPoolClient"]["ClientId"]
        user = {"UserPoolId": pool, "Username": "ada"}
        body(cognito._admin_create_user(user))
        body(cognito._admin_set_user_password(user | {"Password": "Abcdefgh1234!", "Permanent": True}))
        call = {"UserPoolId": pool, "ClientId": client}
        signing_in = {"USERNAME": "ada", "PASSWORD": "Abcdefgh1234!"}
        first = body(
            cognito._admin_initiate_auth(
                call | {"AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": signing_in}
            )
        )["AuthenticationResult"]
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + AN_HOUR_S)
        again = {"REFRESH_TOKEN": first["RefreshToken"]}
        second = body(
            cognito._admin_initiate_auth(call | {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": again})
        )["AuthenticationResult"]
        return auth_time(first["IdToken"]), auth_time(second["IdToken"])

    return story


def body(answer: Any) -> dict[str, Any]:
    assert answer[0] == 200, answer
    found: dict[str, Any] = json.loads(answer[2] or b"{}")
    return found


def auth_time(token: str) -> int:
    return int(cognito._token_claims(token)["auth_time"])


def test_the_emulator_still_takes_a_refresh_for_a_sign_in(
    refreshed_an_hour_later: Callable[[], tuple[int, int]],
) -> None:
    signed_in, after_refresh = refreshed_an_hour_later()
    assert after_refresh >= signed_in + AN_HOUR_S - 1, "the fill is needless now: take it out"


def test_filled_the_refreshed_token_keeps_the_time_of_the_sign_in(
    refreshed_an_hour_later: Callable[[], tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        cognito, "_refresh_auth_result", sign_in_time.remembering(cognito._refresh_auth_result)
    )
    monkeypatch.setattr(cognito, "_signed_jwt", sign_in_time.with_sign_in_time(cognito._signed_jwt))
    signed_in, after_refresh = refreshed_an_hour_later()
    assert abs(after_refresh - signed_in) <= 1  # the refresh token may be signed a tick after the id token
