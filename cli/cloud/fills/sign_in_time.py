"""`auth_time` of a refreshed token.

On AWS a refresh keeps the time of the sign-in; ministack sets it to now, so "signed in lately enough for
this?" (step-up) would always be answered yes. A refresh token is made at sign-in and never again, so its
`iat` is that time.
"""

from __future__ import annotations

import threading
from typing import Any

from ministack.services import cognito

_refreshing = threading.local()


def apply() -> None:
    """Wrap the refresh, which knows the old token, and the signing, which sees the new claims."""
    cognito._refresh_auth_result = remembering(cognito._refresh_auth_result)
    cognito._signed_jwt = with_sign_in_time(cognito._signed_jwt)


def remembering(refresh: Any) -> Any:
    """A refresh token is made at sign-in and never again: its `iat` is the time of the sign-in."""

    def refreshed(pool: Any, pool_id: str, client_id: str, refresh_token: str) -> Any:
        claims = cognito._token_claims(refresh_token) if refresh_token else {}
        _refreshing.signed_in = (claims or {}).get("iat")
        try:
            return refresh(pool, pool_id, client_id, refresh_token)
        finally:
            _refreshing.signed_in = None

    return refreshed


def with_sign_in_time(sign: Any) -> Any:
    def signed(claims: dict[str, Any], *rest: Any, **options: Any) -> Any:
        signed_in = getattr(_refreshing, "signed_in", None)
        if signed_in and "auth_time" in claims:
            claims = claims | {"auth_time": signed_in}
        return sign(claims, *rest, **options)

    return signed
