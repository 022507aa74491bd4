"""Addresses that open one export's file without a key, for a day (contract: data file 8, `result.url`).

The token is signed, not stored: a new one is made whenever somebody who may looks at the export.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.core import signing

VALID_FOR: Final = timedelta(hours=24)

_signer: Final = signing.Signer(salt="integrations.export_links")


def token(export_id: str, *, now: datetime) -> str:
    until = int((now + VALID_FOR).timestamp())
    return _signer.sign_object([export_id, until])


def opens(given: str, export_id: str, *, now: datetime) -> bool:
    """Whether the token is ours, for this export, and not too old."""
    try:
        known_id, until = _signer.unsign_object(given)
    except (signing.BadSignature, ValueError):
        return False
    return bool(known_id == export_id and now.timestamp() < until)
