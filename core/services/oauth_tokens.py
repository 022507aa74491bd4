"""Bearer tokens: a server key asks for one, it lives for a quarter of an hour (contract: data file 20).

The secret is shown once; the database keeps its SHA-256 hash. Whether a token still opens anything is asked
of its key at every call: a key that is blocked ends all of its tokens at once, a new secret ends none.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from core import audit
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.locking import lock
from core.models import ApiKey, OAuthToken
from core.oauth_scopes import SCOPES
from core.services.api_keys import hash_token

LIFETIME: Final = timedelta(seconds=900)
MAX_LIVE: Final = 1000
# Kept a while longer, so that a revocation that comes late finds what it means.
KEPT_FOR: Final = timedelta(days=1)
_PREFIX: Final = "foa_"


class InvalidScope(DomainError):
    key = "invalid_scope"
    message = "Invalid scope"


class TooManyTokens(DomainError):
    status = 429
    key = "too_many_oauth_tokens"
    message = "Too many OAuth tokens"


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    """A token and its secret, which nobody can read again; so it stays out of every repr."""

    row: OAuthToken
    token: str = field(repr=False)


@transaction.atomic
def issue(*, key_id: int, scope: str, actor: Actor, now: datetime) -> IssuedToken:
    """Make a token with 256 random bits. `scope`: names with spaces between, at least one.

    :raises InvalidScope: no scope, or one that does not exist.
    :raises TooManyTokens: 1000 tokens of the key live.
    """
    scopes = list(dict.fromkeys(scope.split()))
    unknown = next((name for name in scopes if name not in SCOPES), None)
    if unknown is not None or not scopes:
        shown = "It is missing." if unknown is None else f"There is no scope {unknown[:40]!r}."
        raise InvalidScope(f"{shown} Send names with spaces between, or api for everything.")
    lock(ApiKey.objects.filter(pk=key_id))
    _leave_room(key_id, now)
    token = _PREFIX + secrets.token_urlsafe(32)
    row = OAuthToken.objects.create(
        key_id=key_id,
        token_hash=hash_token(token),
        scopes=scopes,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    audit.log(actor, "oauth_token.issued", row.key, now=now, after={"scopes": scopes})
    return IssuedToken(row=row, token=token)


def find(*, token: str, key_id: int) -> OAuthToken | None:
    """The token of this key, live or not. Those of other keys do not exist for it."""
    return OAuthToken.objects.filter(token_hash=hash_token(token), key_id=key_id).first()


@transaction.atomic
def revoke(*, token: str, key_id: int, actor: Actor, now: datetime) -> None:
    """End a token before its time. Safe to repeat.

    :raises NotFound: the key has no such token.
    """
    row = find(token=token, key_id=key_id)
    if row is None:
        raise NotFound("Cannot find this token among those of the key.", resource_type="oauth_token")
    if OAuthToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now):
        audit.log(actor, "oauth_token.revoked", row.key, now=now, after={"scopes": row.scopes})


def prune(*, now: datetime, batch_size: int = 5000) -> int:
    """Forget some tokens that ended more than a day ago; returns how many."""
    oldest = OAuthToken.objects.filter(expires_at__lt=now - KEPT_FOR).order_by("expires_at", "pk")
    return OAuthToken.objects.filter(pk__in=oldest.values("pk")[:batch_size]).delete()[0]


def _leave_room(key_id: int, now: datetime) -> None:
    live = OAuthToken.objects.filter(key_id=key_id, revoked_at=None, expires_at__gt=now)
    if live.count() >= MAX_LIVE:
        first_end = live.order_by("expires_at").values_list("expires_at", flat=True)[0]
        refusal = TooManyTokens(
            f"At most {MAX_LIVE} tokens of a key live at once. Use one until it ends, or revoke some."
        )
        refusal.retry_after_seconds = max(1, int((first_end - now).total_seconds()) + 1)
        raise refusal
