"""AWS clients: one per service and process, with the same patience everywhere."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_stepfunctions import SFNClient

# A function that renders is waited for while the API itself may be (infra/compute.yaml: 28 s), and once only.
_RENDERING_S = 24

# Standard mode retries throttles, timeouts and 5xx with exponential backoff and full jitter (at most 20 s
# each).
_MOST_ATTEMPTS = 8


@overload
def aws_client(service: Literal["dynamodb"]) -> DynamoDBClient: ...
@overload
def aws_client(service: Literal["s3"]) -> S3Client: ...
@overload
def aws_client(service: Literal["kms"]) -> KMSClient: ...
@overload
def aws_client(service: Literal["secretsmanager"]) -> SecretsManagerClient: ...
@overload
def aws_client(service: Literal["stepfunctions"]) -> SFNClient: ...
@overload
def aws_client(service: Literal["events"]) -> EventBridgeClient: ...
@overload
def aws_client(service: Literal["lambda"]) -> LambdaClient: ...
@overload
def aws_client(service: Literal["cognito-idp"]) -> CognitoIdentityProviderClient: ...
def aws_client(service: Any) -> Any:
    """Return this process's client of an AWS service; endpoint and credentials come from the environment."""
    return _client(service)


@cache
def _client(service: str) -> Any:
    waits = service == "lambda"
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 1 if waits else _MOST_ATTEMPTS},
        connect_timeout=2 if waits else 5,
        # Well below every function's timeout, so that a lost answer is asked for again.
        read_timeout=_RENDERING_S if waits else 10,
        max_pool_connections=32,
        # Checking every attribute of every item against the service model costs more than sending it.
        parameter_validation=service != "dynamodb",
        # Left to itself, S3 presigns by a method that cannot open what lies under a KMS key.
        signature_version="s3v4" if service == "s3" else None,
    )
    return boto3.client(service, config=config)


def forget_clients() -> None:
    """Drop the cached clients, for processes that turn to another stack (command line, tests)."""
    _client.cache_clear()
