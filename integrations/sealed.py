"""Text that only this installation can read: secrets of webhooks and values of their headers.

A copy of the database alone tells nothing: the keys come from `SECRET_KEY`. Fernet (AES and HMAC) of the
library `cryptography`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from core.errors import DomainError


class Unreadable(DomainError):
    status = 409
    key = "secret_unreadable"
    message = "Secret cannot be read"


def seal(text: str) -> str:
    """Encrypt; the same text comes out differently each time."""
    return _locks().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt with `SECRET_KEY`, or with one of the keys before it.

    :raises Unreadable: `SECRET_KEY` is another one, or somebody changed the text.
    """
    try:
        return _locks().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable(
            "It was encrypted with a SECRET_KEY that this installation no longer has. Put the former key "
            "into SECRET_KEY_FALLBACKS, or make a new secret."
        ) from error


def _locks() -> MultiFernet:
    return MultiFernet([_lock(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _lock(key: str) -> Fernet:
    """A key of its own, so that what else is made of `SECRET_KEY` tells nothing about it."""
    own = hmac.digest(key.encode(), b"fanfare.integrations.sealed", hashlib.sha256)
    return Fernet(base64.urlsafe_b64encode(own))
