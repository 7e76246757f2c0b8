"""Ids, seals and sign-ins, under the stack's keys."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.runtime.clients import aws_client
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from chalicelib.identity.cursors import HmacCursors
    from chalicelib.usecases.ports.identity import Pseudonyms, Sealing
    from chalicelib.usecases.ports.users import UserPool


@cache
def identity_secret() -> bytes:
    """The secret that ids, search tokens and cursors are made under."""
    answer = aws_client("secretsmanager").get_secret_value(SecretId=settings().identity_secret_arn)
    return answer["SecretString"].encode()


@cache
def pseudonyms() -> Pseudonyms:
    """Ids and search tokens under the stack's identity secret."""
    from chalicelib.identity.pseudonyms import HmacPseudonyms

    return HmacPseudonyms(identity_secret())


@cache
def cursors() -> HmacCursors:
    """Cursors of the API's lists, under a key that is derived from the stack's identity secret."""
    from chalicelib.identity.cursors import HmacCursors

    return HmacCursors(identity_secret())


@cache
def sealing() -> Sealing:
    """Sealing of personal data; KMS is asked once, when the first person is sealed or opened."""
    from chalicelib.identity.key_ring import kms_key_ring
    from chalicelib.identity.sealing import AesGcmSealing
    from chalicelib.storage.registry_keys import DynamoKeyVault

    vault = DynamoKeyVault(aws_client("dynamodb"), table=settings().registry_table)
    ring = kms_key_ring(aws_client("kms"), key_arn=settings().data_key_arn, vault=vault)
    return AesGcmSealing(ring, pseudonyms())


def customer_pool() -> UserPool:
    """The pool in which customers sign in."""
    from chalicelib.identity.cognito_users import CognitoUserPool

    return CognitoUserPool(aws_client("cognito-idp"), pool_id=settings().customer_pool_id)
