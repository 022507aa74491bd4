"""Signatures of messages: the contract's header, and those of standardwebhooks.com beside it.

Contract: data file 13. The contract signs the body with the secret as it is written; Standard Webhooks signs
id, time and body with the bytes that the secret encodes.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
SHORTEST_SECRET: Final = 16


def new_secret() -> str:
    """256 random bits, as Standard Webhooks writes them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(*, body: bytes, message_id: str, at: datetime, live: Sequence[str]) -> dict[str, str]:
    """The four headers of one attempt.

    `live` are the secrets that are good now, the oldest first. Where one header holds one signature, it is
    the oldest's: whoever still checks with it loses nothing before its time is over.
    """
    timestamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return {
        "x-voucherify-signature": hmac.digest(live[0].encode(), body, "sha256").hex(),
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_standard(secret, signed)}" for secret in reversed(live)),
    }


def _standard(secret: str, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()


def _key(secret: str) -> bytes:
    """What the secret encodes. One brought along from elsewhere may be no base64: then its own bytes."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()
