"""Port: the pool in which customers sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import UserId


class EmailTaken(Refusal):
    """The pool has a user with this e-mail address already."""


class PasswordRefused(Refusal):
    """A password is not what the pool's policy asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolUser:
    """A user as the pool knows them.

    `proven`: the address is theirs, because we invited them there or because they confirmed it. Somebody who
    merely typed it into a sign-up form has not proven anything.
    """

    user_id: UserId
    email: str
    proven: bool


class UserPool(Protocol):
    """Sign-ins by e-mail address. It keeps passwords and second factors; nobody else sees them."""

    def find(self, name: str) -> PoolUser | None:
        """The user with an e-mail address or an id, or None."""

    def invite(self, email: str, *, password: str | None = None) -> UserId:
        """Make a user and send them an invitation.

        With `password` nothing is sent: they may sign in at once. Raises EmailTaken, PasswordRefused.
        """

    def remove(self, user_id: UserId) -> None:
        """Delete a user. Repeating changes nothing."""
