"""Data is encrypted, private, restorable, and outlives a mistake with the stack."""

from __future__ import annotations

import pytest

from tests.infrastructure.conftest import Built

ONLY_ON_AWS = {"Fn::If": ["IsAws", True, False]}
DISPOSABLE = {"WebBucket"}  # made from the work tree by every deploy


def test_tables_are_encrypted_restorable_and_refuse_to_be_deleted(built: Built) -> None:
    tables = built.of_type("AWS::DynamoDB::Table")
    assert set(tables) == {
        f"{name}Table" for name in ("Registry", "Metering", "Ledger", "Operations", "Audit")
    }
    for name, table in tables.items():
        assert table["SSESpecification"] == {"SSEEnabled": True}, name
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert table["DeletionProtectionEnabled"] == ONLY_ON_AWS, name


def test_the_ledger_has_no_index_beside_its_key(built: Built) -> None:
    ledger = built.resources["LedgerTable"]["Properties"]
    assert "GlobalSecondaryIndexes" not in ledger
    assert "LocalSecondaryIndexes" not in ledger


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::DynamoDB::Table",
        "AWS::S3::Bucket",
        "AWS::KMS::Key",
        "AWS::SecretsManager::Secret",
        "AWS::Cognito::UserPool",
    ],
)
def test_what_holds_data_outlives_the_stack(built: Built, kind: str) -> None:
    for name in set(built.of_type(kind)) - DISPOSABLE:
        resource = built.resources[name]
        assert (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")) == (
            "Retain",
            "Retain",
        ), name


def test_buckets_are_encrypted_versioned_and_closed_to_the_public(built: Built) -> None:
    for name, bucket in built.of_type("AWS::S3::Bucket").items():
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"], name
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}, name
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name


def test_every_bucket_refuses_what_does_not_come_over_tls(built: Built) -> None:
    refusing = {
        policy["Bucket"]["Ref"]
        for policy in built.of_type("AWS::S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert refusing == set(built.of_type("AWS::S3::Bucket"))


def test_the_audit_archive_cannot_be_rewritten(built: Built) -> None:
    archive = built.resources["AuditArchiveBucket"]["Properties"]
    assert archive["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Mode"] == "COMPLIANCE"


def test_the_key_of_data_keys_rotates(built: Built) -> None:
    assert built.resources["DataKey"]["Properties"]["EnableKeyRotation"] is True


def test_staff_need_a_second_factor_and_cannot_sign_themselves_up(built: Built) -> None:
    staff = built.resources["StaffPool"]["Properties"]
    assert (staff["MfaConfiguration"], staff["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])
    assert staff["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}


def test_no_secret_stands_in_a_functions_environment(built: Built) -> None:
    names = set(built.package.template["Globals"]["Function"]["Environment"]["Variables"])
    for function in built.of_type("AWS::Serverless::Function").values():
        names |= set(function.get("Environment", {}).get("Variables", {}))
    assert [n for n in names if "SECRET" in n and not n.endswith("_ARN")] == []
    assert [n for n in names if "PASSWORD" in n or "TOKEN" in n] == []
