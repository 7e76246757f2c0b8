"""Let somebody sign in for the customer of an account, and take it from them again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.customers.user import User
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId
from chalicelib.usecases.ports.registry import RegistryBatch, RegistryStore, user_of_another_person
from chalicelib.usecases.ports.users import EmailTaken, UserPool

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


class EmailRefused(Refusal):
    """Text is no e-mail address."""


class EmailUnproven(Refusal):
    """Somebody signed up with an e-mail address and never showed that it is theirs."""


class UserUnknown(Refusal):
    """No user of the pool has this e-mail address or id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A user who may sign in. `already`: a former request had tied them. `invited`: a message was sent."""

    user: User
    already: bool
    invited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDesk:
    """Who ties users to customers, when, and where they are kept."""

    registry: RegistryStore
    pool: UserPool
    actor: str
    now: datetime

    def enroll(self, *, account_id: AccountId, email: str, password: str | None = None) -> Enrolled:
        """Invite the person of an account under an e-mail address. Safe to repeat.

        With `password` nobody is written to: they may sign in at once. It counts for a new user only. Raises
        AccountUnknown, EmailRefused, PasswordRefused, EmailUnproven, and UserOfAnotherPerson when the address
        already signs in for somebody else.
        """
        email = email_of(email)
        person_id = self.registry.account(account_id).account.person_id
        found, invited = self.pool.find(email), False
        if found is None:
            try:
                user_id = self.pool.invite(email, password=password)
                invited = password is None
            except EmailTaken:  # by the same request, sent twice
                found = self.pool.find(email)
                if found is None:
                    raise
        if found is not None:
            user_id = found.user_id
            stored = self.registry.user(user_id)
            if stored is not None and stored.person_id != person_id:
                raise user_of_another_person(user_id)
            if stored is not None:
                return Enrolled(user=stored, already=True, invited=False)
            if not found.proven:
                raise EmailUnproven(
                    "somebody signed up with this e-mail address and never confirmed it: remove sign-in "
                    f"{user_id} first (`headgate user remove`), then invite the customer",
                    user_id=user_id,
                )
        user = User(user_id=user_id, person_id=person_id, created_at=self.now, created_by=self.actor)
        after: dict[str, object] = {"user_id": user_id, "account_id": account_id}
        self.registry.save(
            RegistryBatch(things=(user,), entries=(self._entry(user, "user enrolled", after=after),))
        )
        return Enrolled(user=user, already=False, invited=invited)

    def remove(self, name: str) -> User | None:
        """Take a sign-in away, by e-mail address or id: at once from what it reaches, then from the pool.

        Returns whom it acted for, None when it was tied to nobody. Raises UserUnknown.
        """
        found = self.pool.find(name.strip().lower())
        if found is None:
            raise UserUnknown(f"nobody signs in as {name!r}: write the e-mail address, or the id", name=name)
        user = self.registry.user(found.user_id)
        if user is not None:
            entry = self._entry(user, "user removed", before={"user_id": user.user_id})
            self.registry.remove_user(user.user_id, entry=entry)
        self.pool.remove(found.user_id)
        return user

    def _entry(
        self,
        user: User,
        action: str,
        *,
        before: dict[str, object] | None = None,
        after: dict[str, object] | None = None,
    ) -> AuditEntry:
        return AuditEntry(
            entity="person",
            entity_id=user.person_id,
            action=action,
            actor=self.actor,
            at=self.now,
            unique=f"{action} {user.user_id}",
            before=before or {},
            after=after or {},
        )


def email_of(text: str) -> str:
    """An e-mail address in the one spelling under which the pool knows it. Raises EmailRefused."""
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise EmailRefused(f"{text!r} is no e-mail address: write one such as ada@example.com", text=text)
    return email
