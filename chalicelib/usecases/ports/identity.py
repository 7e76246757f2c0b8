"""Port: who is behind an id. Sealing of personal fields, keyed hashes in place of numbers and names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chalicelib.domain.customers.person import Person
from chalicelib.domain.customers.sealed_person import (
    OpenedPerson,
    SealedPerson,
    SearchField,
    SearchToken,
)
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId, CycleCode, PersonId


class SealBroken(Refusal):
    """A sealed field or a wrapped key was altered, or belongs to somebody else."""


class Pseudonyms(Protocol):
    """Ids and search tokens as keyed hashes: the same input gives the same id, no id gives its input."""

    def account_id(self, number: str, *, cycle: CycleCode, shard_count: int) -> AccountId:
        """The id of a new account: its shard, chosen evenly among the cycle's, and ten characters."""

    def person_id(self, number: str) -> PersonId:
        """The id of the person with the utility's number."""

    def agreement_id(self, *, account_number: str, reference: str) -> AgreementId:
        """The id of an agreement that the utility calls `reference` within an account."""

    def token(self, field: SearchField, word: str) -> SearchToken:
        """The token of one normalized word (see domain/customers/search_words.py)."""

    def prefix_token(self, field: SearchField, prefix: str) -> SearchToken:
        """The token that finds every word that begins with `prefix`; its `word` is empty."""


class Sealing(Protocol):
    """Turns persons into what may be stored and back."""

    def seal(self, person: Person, *, stored: SealedPerson | None = None) -> SealedPerson:
        """The person sealed under `stored`'s keys, or under new ones.

        Fields whose key was erased are left out. Raises SealBroken when a stored key cannot be unwrapped.
        """

    def open(self, sealed: SealedPerson) -> OpenedPerson:
        """The person in clear. Fields whose key was erased read ERASED or empty. Raises SealBroken."""

    def open_all(self, sealed: Sequence[SealedPerson]) -> list[OpenedPerson]:
        """`open` for many, in their order."""
