"""Time zones as people write them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from chalicelib.yaml_documents.fields import refuse


def time_zone(name: object) -> ZoneInfo:
    """The time zone of that name; for fields of documents."""
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        raise refuse(f"{name!r} is not a time zone: write one such as America/Los_Angeles") from None
