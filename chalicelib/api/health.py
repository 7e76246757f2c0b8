"""GET /health: is this API deployed, and which build is it? Needs no sign-in and tells nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Blueprint

from chalicelib import bootstrap
from chalicelib.api.endpoint import Call, register
from chalicelib.api.operations import HEALTH

if TYPE_CHECKING:
    from chalicelib.api.schemas import HealthResponse

health = Blueprint(__name__)
register(health, HEALTH)


def get_health(_: Call) -> HealthResponse:
    """Return `{"status": "ok", "stage": ..., "version": ...}`."""
    from chalicelib.api.schemas import HealthResponse

    names = bootstrap.settings()
    return HealthResponse(status="ok", stage=names.stage, version=names.headgate_version)
