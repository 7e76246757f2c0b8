"""The customer pool in Cognito."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from botocore.exceptions import ClientError

from chalicelib.domain.kernel.ids import UserId
from chalicelib.usecases.ports.users import EmailTaken, PasswordRefused, PoolUser

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


class _Silently(TypedDict, total=False):
    """Keeps an invitation from being sent."""

    MessageAction: Literal["SUPPRESS"]


class CognitoUserPool:
    """UserPool on one pool whose users sign in by e-mail address."""

    def __init__(self, client: CognitoIdentityProviderClient, *, pool_id: str) -> None:
        self._client = client
        self._pool_id = pool_id

    def find(self, name: str) -> PoolUser | None:
        """See UserPool."""
        try:
            found = self._client.admin_get_user(UserPoolId=self._pool_id, Username=name)
        except ClientError as error:
            if _code(error) == "UserNotFoundException":
                return None
            raise
        attributes = {one["Name"]: one.get("Value", "") for one in found.get("UserAttributes", [])}
        # Only we create users who must change their password; everybody else has to confirm the address.
        invited = found.get("UserStatus") == "FORCE_CHANGE_PASSWORD"
        return PoolUser(
            user_id=UserId(attributes["sub"]),
            email=attributes.get("email", ""),
            proven=invited or attributes.get("email_verified") == "true",
        )

    def invite(self, email: str, *, password: str | None = None) -> UserId:
        """See UserPool."""
        silently: _Silently = {"MessageAction": "SUPPRESS"} if password is not None else {}
        try:
            made = self._client.admin_create_user(
                UserPoolId=self._pool_id,
                Username=email,
                UserAttributes=[
                    {"Name": "email", "Value": email},
                    {"Name": "email_verified", "Value": "true"},  # else a forgotten password stays forgotten
                ],
                DesiredDeliveryMediums=["EMAIL"],
                **silently,
            )
        except ClientError as error:
            if _code(error) == "UsernameExistsException":
                raise EmailTaken("this e-mail address signs in already: find the user instead") from error
            raise
        attributes = {one["Name"]: one.get("Value", "") for one in made["User"].get("Attributes", [])}
        user_id = UserId(attributes["sub"])
        if password is not None:
            self._set_password(user_id, password)
        return user_id

    def remove(self, user_id: UserId) -> None:
        """See UserPool."""
        try:
            self._client.admin_delete_user(UserPoolId=self._pool_id, Username=user_id)
        except ClientError as error:
            if _code(error) != "UserNotFoundException":
                raise

    def _set_password(self, user_id: UserId, password: str) -> None:
        try:
            self._client.admin_set_user_password(
                UserPoolId=self._pool_id, Username=user_id, Password=password, Permanent=True
            )
        except ClientError as error:
            if _code(error) != "InvalidPasswordException":
                raise
            self.remove(user_id)  # who could neither sign in nor be invited again
            said = error.response["Error"].get("Message", "")
            raise PasswordRefused(f"the pool refuses this password: {said}") from error


def _code(error: ClientError) -> str:
    return str(error.response["Error"].get("Code", ""))
