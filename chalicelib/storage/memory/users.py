"""The customer pool in memory."""

from __future__ import annotations

from itertools import count

from chalicelib.domain.kernel.ids import UserId
from chalicelib.usecases.ports.users import EmailTaken, PasswordRefused, PoolUser

_SHORTEST_PASSWORD = 12  # as infra/identity.yaml


class MemoryUserPool:
    """UserPool in a dict. `invited` are the addresses that an invitation went to."""

    def __init__(self) -> None:
        self.invited: list[str] = []
        self._users: dict[UserId, PoolUser] = {}
        self._serial = count(1)

    def find(self, name: str) -> PoolUser | None:
        """See UserPool."""
        return next((user for user in self._users.values() if name in (user.email, user.user_id)), None)

    def invite(self, email: str, *, password: str | None = None) -> UserId:
        """See UserPool."""
        if self.find(email) is not None:
            raise EmailTaken("this e-mail address signs in already: find the user instead")
        if password is not None and len(password) < _SHORTEST_PASSWORD:
            raise PasswordRefused("the pool refuses this password: too short")
        if password is None:
            self.invited.append(email)
        return self._keep(email, proven=True)

    def sign_up(self, email: str) -> UserId:
        """What anybody may do at the pool's own form, with an address that need not be theirs."""
        return self._keep(email, proven=False)

    def remove(self, user_id: UserId) -> None:
        """See UserPool."""
        self._users.pop(user_id, None)

    def _keep(self, email: str, *, proven: bool) -> UserId:
        user_id = UserId(f"user-{next(self._serial)}")
        self._users[user_id] = PoolUser(user_id=user_id, email=email, proven=proven)
        return user_id
