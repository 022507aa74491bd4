"""API keys: made, rotated, blocked.

The secret is shown once; the database keeps SHA-256 hashes (INVARIANTS 6).
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from core import audit
from core.actors import Actor, Role
from core.errors import NotFound
from core.locking import lock
from core.models import ApiKey
from core.services import assignments
from core.services.assignments import Access

ROTATION_OVERLAP = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class IssuedKey:
    """A key and its secret, which nobody can read again; so it stays out of every repr."""

    key: ApiKey
    token: str = field(repr=False)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def create(
    *,
    name: str,
    actor: Actor,
    now: datetime,
    kind: str = ApiKey.Kind.SERVER,
    role: str = Role.ADMIN,
    allowed_origins: list[str] | None = None,
    allowed_addresses: list[str] | None = None,
    expires_at: datetime | None = None,
    is_integration: bool = False,
    works_in: Access | None = None,
) -> IssuedKey:
    """Make a key with 256 random bits of secret. `works_in`: the areas and stores that it is limited to."""
    token = secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        app_id=str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)),
        name=name,
        kind=kind,
        role=role,
        secret_hash=hash_token(token),
        secret_hint=token[-4:],
        allowed_origins=allowed_origins or [],
        allowed_addresses=allowed_addresses or [],
        expires_at=expires_at,
        is_integration=is_integration,
        created_at=now,
    )
    audit.log(actor, "api_key.created", key, now=now, after={"name": name, "kind": kind, "role": role})
    if works_in is not None:
        key = assignments.assign_key(key_id=key.pk, access=works_in, actor=actor, now=now)
    return IssuedKey(key=key, token=token)


@transaction.atomic
def rotate(*, key_id: int, actor: Actor, now: datetime) -> IssuedKey:
    """Issue a new secret. The old one works for another 24 hours, so that callers can change over."""
    key = _locked(key_id)
    token = secrets.token_urlsafe(32)
    key.previous_secret_hash, key.previous_secret_until = key.secret_hash, now + ROTATION_OVERLAP
    key.secret_hash, key.secret_hint, key.updated_at = hash_token(token), token[-4:], now
    key.save(
        update_fields=[
            "previous_secret_hash",
            "previous_secret_until",
            "secret_hash",
            "secret_hint",
            "updated_at",
        ]
    )
    audit.log(actor, "api_key.rotated", key, now=now)
    return IssuedKey(key=key, token=token)


@transaction.atomic
def change(
    *,
    key_id: int,
    changes: dict[str, Any],
    actor: Actor,
    now: datetime,
    works_in: Access | None = None,
) -> ApiKey:
    """Change name, role, origins, addresses or expiry of a key, or where it works."""
    key = _locked(key_id)
    before = {name: getattr(key, name) for name in changes}
    for name, value in changes.items():
        setattr(key, name, value)
    key.updated_at = now
    key.save(update_fields=[*changes, "updated_at"])
    old, new = audit.changes(before, changes)
    if new or works_in is None:
        audit.log(actor, "api_key.updated", key, now=now, before=old, after=new)
    if works_in is not None:
        key = assignments.assign_key(key_id=key.pk, access=works_in, actor=actor, now=now)
    return key


@transaction.atomic
def set_blocked(*, key_id: int, blocked: bool, actor: Actor, now: datetime) -> ApiKey:
    """Block a key (every process refuses it from its next call on) or let it in again. Safe to repeat."""
    key = _locked(key_id)
    if (key.blocked_at is not None) == blocked:
        return key
    key.blocked_at, key.updated_at = (now if blocked else None), now
    key.save(update_fields=["blocked_at", "updated_at"])
    audit.log(actor, "api_key.blocked" if blocked else "api_key.unblocked", key, now=now)
    return key


def _locked(key_id: int) -> ApiKey:
    rows = lock(ApiKey.objects.filter(pk=key_id))
    if not rows:
        raise NotFound.of("api_key", str(key_id))
    return rows[0]
