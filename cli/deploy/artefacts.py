"""Upload what a template names by path, under the hash of its content; name it by bucket and key."""

from __future__ import annotations

import copy
import hashlib
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from cli.deploy.package import Package

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Properties that hold a path of the package.
PATHS = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}


@dataclass(slots=True)
class Uploader:
    """Puts objects into the account's deployment bucket, once each."""

    s3: S3Client
    bucket: str
    _sent: dict[Path, str] = field(default_factory=dict)

    @classmethod
    def open(cls) -> Uploader:
        """Make sure the deployment bucket is there (outside the stack, which cannot hold its own bundle)."""
        s3 = boto3.client("s3")
        account = boto3.client("sts").get_caller_identity()["Account"]
        bucket = f"headgate-deploy-{account}-{s3.meta.region_name}"
        try:
            s3.head_bucket(Bucket=bucket)
        except ClientError:
            _make_bucket(s3, bucket)
        return cls(s3, bucket)

    def upload(self, package: Package) -> str:
        """Upload the package's objects and the template that names them; return the template's URL."""
        template = copy.deepcopy(package.template)
        shared = template.get("Globals", {}).get("Function", {})
        self._replace(shared, PATHS["AWS::Serverless::Function"], package.folder)
        for resource in template["Resources"].values():
            if name := PATHS.get(resource["Type"]):
                self._replace(resource["Properties"], name, package.folder)
        body = json.dumps(template).encode()
        key = self._put_once(f"templates/{hashlib.sha256(body).hexdigest()}.json", body)
        return f"https://s3.{self.s3.meta.region_name}.amazonaws.com/{self.bucket}/{key}"

    def _replace(self, properties: dict[str, Any], name: str, folder: Path) -> None:
        path = properties.get(name)
        if isinstance(path, str):
            # Layers are made for AWS only; where their condition is false they still must name an object.
            made = (folder / path).exists()
            key = self._put_file(folder / path) if made else f"bundles/not-made{Path(path).suffix}"
            properties[name] = {"Bucket": self.bucket, "Key": key}

    def _put_file(self, file: Path) -> str:
        if file not in self._sent:
            self._sent[file] = self._put_once(f"bundles/{content_hash(file)}{file.suffix}", file.read_bytes())
        return self._sent[file]

    def _put_once(self, key: str, body: bytes) -> str:
        try:
            self.s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError:
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        return key


def content_hash(file: Path) -> str:
    """Return a hash of what a file holds; for a zip of its members, so that order and times do not matter."""
    if file.suffix != ".zip":
        return hashlib.sha256(file.read_bytes()).hexdigest()
    with zipfile.ZipFile(file) as archive:
        members = sorted((info.filename, info.CRC, info.file_size) for info in archive.infolist())
    return hashlib.sha256(repr(members).encode()).hexdigest()


def _make_bucket(s3: S3Client, bucket: str) -> None:
    region = s3.meta.region_name
    if region == "us-east-1":  # the one region that must not be named
        s3.create_bucket(Bucket=bucket)
    else:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})  # type: ignore[typeddict-item]
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )
