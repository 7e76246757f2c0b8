"""Which claims make a caller, whatever API Gateway let through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.api.identity import TokenRefused, caller_of, issuer_of
from chalicelib.runtime.settings import read_settings
from tests.unit.api.gateway import CLIENT, POOL, Gateway, _settings

NOW = datetime(2026, 11, 27, 18, tzinfo=UTC)
CLAIMS = {
    "sub": "user-1",
    "aud": CLIENT,
    "iss": f"https://cognito-idp.us-east-1.amazonaws.com/{POOL}",
    "token_use": "id",
    "exp": "Fri Nov 27 18:15:00 UTC 2026",
}


def caller(**changes: object) -> str:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return caller_of({"authorizer": {"claims": claims}}, settings=_settings(), now=NOW)


def test_the_caller_is_the_tokens_subject() -> None:
    assert caller() == "user-1"


@pytest.mark.parametrize(
    "changes",
    [
        {"token_use": "access"},
        {"token_use": None},
        {"token_use": ["id"]},
        {"aud": "another-client"},
        {"aud": None, "client_id": CLIENT},  # as access tokens have it
        {"aud": [CLIENT]},
        {"iss": f"https://cognito-idp.us-east-1.amazonaws.com/{POOL}x"},
        {"iss": f"https://evil.example/{POOL}"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"exp": None},
        {"exp": "soon"},
        {"exp": "9" * 400},
        {"exp": "-5"},
        {"exp": "Fri Nov 27 17:59:59 UTC 2026"},
        {"exp": str(int((NOW - timedelta(seconds=1)).timestamp()))},
        {"exp": "Fri Nov 27 18:00:00 UTC 2026"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_or_not_any_more_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(TokenRefused):
        caller(**changes)


def test_both_ways_of_writing_the_end_are_read() -> None:
    later = NOW + timedelta(seconds=1)
    for text in (str(int(later.timestamp())), f"{later:%a %b %d %H:%M:%S UTC %Y}"):
        assert caller(exp=text) == "user-1"


@pytest.mark.parametrize(
    "context", [{}, {"authorizer": None}, {"authorizer": {}}, {"authorizer": {"claims": "x"}}]
)
def test_no_claims_no_caller(context: dict[str, object]) -> None:
    with pytest.raises(TokenRefused):
        caller_of(context, settings=_settings(), now=NOW)


def test_a_function_that_was_told_of_no_pool_trusts_no_token() -> None:
    environment = {name.upper(): "named" for name in type(_settings()).__dataclass_fields__}
    settings = read_settings(environment | {"CUSTOMER_POOL_ID": "", "CUSTOMER_CLIENT_ID": ""})
    empty = {"iss": "", "aud": ""}

    for claims in (CLAIMS, CLAIMS | empty):
        with pytest.raises(TokenRefused):
            caller_of({"authorizer": {"claims": claims}}, settings=settings, now=NOW)
    assert issuer_of("") == ""


def test_a_refusal_says_how_to_sign_in(gateway: Gateway) -> None:
    answer = gateway.get("/me", claims=gateway.claims(1, token_use="access"))
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="headgate"'
    assert "access" not in str(answer.body)
