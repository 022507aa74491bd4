"""Tracking ids: a name for a customer that says nothing about him (contract: semantics-core 1.3)."""

from __future__ import annotations

import base64
import hashlib
import hmac

from core.models import ProjectSettings

PREFIX = "track_"


def tracking_id(source_id: str, settings: ProjectSettings) -> str:
    """The same source id gives the same tracking id, in this project only. A tracking id stays what it is."""
    if source_id.startswith(PREFIX):
        return source_id
    digest = hmac.new(settings.public_id.encode(), source_id.encode(), hashlib.sha256).digest()
    return PREFIX + base64.urlsafe_b64encode(digest[:18]).decode()
