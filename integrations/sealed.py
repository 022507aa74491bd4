"""Text that only this installation can read: secrets of webhooks and values of their headers.

A copy of the database alone tells nothing: the keys come from `SECRET_KEY`. The standard library has no AES,
so this is the other well-known construction: HMAC-SHA256 as a stream of key bytes in counter mode, and
another HMAC over what came out, checked first. Each text has a nonce of its own.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Final

from django.conf import settings

from core.errors import DomainError

_VERSION: Final = "s1."
_NONCE: Final = 16
_TAG: Final = 32


class Unreadable(DomainError):
    status = 409
    key = "secret_unreadable"
    message = "Secret cannot be read"


def seal(text: str) -> str:
    """Encrypt; the same text comes out differently each time."""
    key = settings.SECRET_KEY
    nonce = secrets.token_bytes(_NONCE)
    hidden = _xor(text.encode(), _stream(key, nonce, len(text.encode())))
    return _VERSION + base64.b64encode(nonce + _tag(key, nonce + hidden) + hidden).decode()


def unseal(sealed: str) -> str:
    """Decrypt with `SECRET_KEY`, or with one of the keys before it.

    :raises Unreadable: `SECRET_KEY` is another one, or somebody changed the text.
    """
    try:
        raw = base64.b64decode(sealed.removeprefix(_VERSION), validate=True)
    except binascii.Error:
        raw = b""
    nonce, tag, hidden = raw[:_NONCE], raw[_NONCE : _NONCE + _TAG], raw[_NONCE + _TAG :]
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if hmac.compare_digest(tag, _tag(key, nonce + hidden)):
            return _xor(hidden, _stream(key, nonce, len(hidden))).decode()
    raise Unreadable(
        "It was encrypted with a SECRET_KEY that this installation no longer has. Put the former key into "
        "SECRET_KEY_FALLBACKS, or make a new secret."
    )


def _stream(key: str, nonce: bytes, length: int) -> bytes:
    own = _derived(key, b"encrypt")
    blocks = (length + _TAG - 1) // _TAG
    counters = (number.to_bytes(8, "big") for number in range(blocks))
    return b"".join(hmac.digest(own, nonce + counter, "sha256") for counter in counters)[:length]


def _tag(key: str, content: bytes) -> bytes:
    return hmac.digest(_derived(key, b"authenticate"), content, "sha256")


def _derived(key: str, purpose: bytes) -> bytes:
    return hmac.digest(key.encode(), b"fanfare.integrations.sealed." + purpose, hashlib.sha256)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
