"""Bearer tokens on the wire (contract: data file 20)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.models import ApiKey, OAuthToken


def token_output(row: OAuthToken, key: ApiKey, token: str, *, now: datetime) -> dict[str, Any]:
    return {
        "access_token": token,
        "client_id": key.app_id,
        "expires_at": int(row.expires_at.timestamp()),
        "expires_in": int((row.expires_at - now).total_seconds()),
        "scope": " ".join(row.scopes),
        "token_type": "Bearer",
    }


def introspection_output(row: OAuthToken | None, key: ApiKey, token: str, *, now: datetime) -> dict[str, Any]:
    """Of a token that opens nothing only that is said."""
    if row is None or not row.is_live(now):
        return {"active": False}
    return {**token_output(row, key, token, now=now), "active": True}
