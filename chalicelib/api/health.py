"""GET /health: is this API deployed, and which build is it? Needs no sign-in and tells nothing else."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.bootstrap import settings

health = Blueprint(__name__)


@health.route("/health", methods=["GET"])
def get_health() -> dict[str, str]:
    """Return `{"status": "ok", "stage": ..., "version": ...}`."""
    return {"status": "ok", "stage": settings().stage, "version": settings().headgate_version}
