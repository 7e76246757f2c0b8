"""What the environment says, read once. Nothing else in chalicelib looks at environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache

from chalicelib.domain.kernel.errors import Refusal


class SettingsIncomplete(Refusal):
    """The environment lacks variables that the code needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Names of the stack's resources. A field is required unless it has a default.

    A field `registry_table` is the environment variable REGISTRY_TABLE and the stack output RegistryTable.
    """

    stage: str
    registry_table: str
    metering_table: str
    ledger_table: str
    operations_table: str
    audit_table: str
    artefacts_bucket: str
    inbox_bucket: str
    lake_bucket: str
    documents_bucket: str
    data_key_arn: str
    identity_secret_arn: str
    event_bus: str
    headgate_version: str = "development"
    bill_run_arn: str = ""  # known to the API and the command line, not to the functions the run itself calls
    render_bill_function: str = ""  # known to the API and the command line
    customer_pool_id: str = ""  # this one and the next are known to the API and the command line
    customer_client_id: str = ""
    simulation_arn: str = ""  # known to the command line
    map_concurrency: str = ""  # known to the function that opens a run, and to the command line

    @property
    def is_local(self) -> bool:
        """Whether this is the emulator rather than AWS."""
        return self.stage == "local"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings that `environment` holds.

    Raises SettingsIncomplete naming every missing variable, not only the first.
    """
    optional = {field.name for field in fields(Settings) if isinstance(field.default, str)}
    found = {
        field.name: environment[field.name.upper()]
        for field in fields(Settings)
        if environment.get(field.name.upper())
    }
    missing = [f.name.upper() for f in fields(Settings) if f.name not in found and f.name not in optional]
    if missing:
        raise SettingsIncomplete(
            f"The environment lacks {', '.join(missing)}. On AWS the stack sets them (infra/stack.yaml); "
            "on a laptop `headgate up` does, and `headgate` commands read them from the running stack.",
            missing=missing,
        )
    return Settings(**found)


@cache
def settings() -> Settings:
    """The settings of this process."""
    return read_settings(os.environ)
