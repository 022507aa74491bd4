"""Feeds: made, changed, given a new address, revoked, read. Contract: governance K10.

The token is shown once; the database keeps its SHA-256 hash. What a feed shows is decided when it is read:
by what its owner may see then. Whoever is no member of the house any more shows nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from calendar_app.models import Feed
from core import audit
from core.actors import Actor, Role
from core.errors import DomainError, MissingPermission, NotFound
from core.locking import lock
from core.services.api_keys import hash_token
from core.staff import as_actor

MOST: Final = 20
"""Live feeds of one person."""
_NOUN: Final = "calendar_feed"
_READ: Final = "campaigns.read"
_NOTED_EVERY: Final = timedelta(minutes=1)


class TooManyFeeds(DomainError):
    key = "too_many_feeds"
    message = "Too many calendar feeds"


class FeedRevoked(DomainError):
    key = "feed_revoked"
    message = "The feed is revoked"


@dataclass(frozen=True, kw_only=True)
class IssuedFeed:
    """A feed and the secret of its address, which nobody can read again; so it stays out of every repr."""

    feed: Feed
    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A feed that may be read now, and as whom."""

    feed: Feed
    reader: Actor


@transaction.atomic
def create(
    *,
    owner_id: int,
    name: str,
    actor: Actor,
    now: datetime,
    filters: Mapping[str, str] | None = None,
    with_drafts: bool = False,
    with_days: bool = True,
) -> IssuedFeed:
    """Make a feed with 256 random bits in its address. Everybody who sees campaigns may have his own.

    :raises MissingPermission: he sees no campaigns.
    :raises TooManyFeeds: he has 20 already.
    """
    if not actor.may(_READ):
        raise MissingPermission("Who sees no campaigns has no calendar to share.")
    if Feed.objects.filter(owner_id=owner_id, revoked_at=None).count() >= MOST:
        raise TooManyFeeds(f"You have {MOST} feeds: revoke one that nobody reads any more.")
    token = secrets.token_urlsafe(32)
    feed = Feed.objects.create(
        owner_id=owner_id,
        name=name,
        token_hash=hash_token(token),
        token_hint=token[-4:],
        filters=dict(filters or {}),
        with_drafts=with_drafts,
        with_days=with_days,
        created_at=now,
    )
    audit.log(actor, "calendar_feed.created", feed, now=now, after=_terms(feed))
    return IssuedFeed(feed=feed, token=token)


@transaction.atomic
def change(
    *,
    feed_id: int,
    name: str,
    filters: Mapping[str, str],
    with_drafts: bool,
    with_days: bool,
    actor: Actor,
    now: datetime,
) -> Feed:
    """Change what a feed shows; its address stays.

    :raises NotFound: it is somebody else's.
    :raises FeedRevoked: nobody can read it any more.
    """
    feed = _locked(feed_id, actor)
    before = _terms(feed)
    feed.name, feed.filters = name, dict(filters)
    feed.with_drafts, feed.with_days, feed.updated_at = with_drafts, with_days, now
    feed.save(update_fields=["name", "filters", "with_drafts", "with_days", "updated_at"])
    old, new = audit.changes(before, _terms(feed))
    if new:
        audit.log(actor, "calendar_feed.updated", feed, now=now, before=old, after=new)
    return feed


@transaction.atomic
def renew(*, feed_id: int, actor: Actor, now: datetime) -> IssuedFeed:
    """Give it another address; the one of before leads nowhere at once.

    :raises NotFound: it is somebody else's: he alone may see what his feed shows.
    :raises FeedRevoked: nobody can read it any more.
    """
    feed = _locked(feed_id, actor)
    token = secrets.token_urlsafe(32)
    feed.token_hash, feed.token_hint, feed.updated_at = hash_token(token), token[-4:], now
    feed.last_read_at = None
    feed.save(update_fields=["token_hash", "token_hint", "last_read_at", "updated_at"])
    audit.log(actor, "calendar_feed.renewed", feed, now=now)
    return IssuedFeed(feed=feed, token=token)


@transaction.atomic
def revoke(*, feed_id: int, actor: Actor, now: datetime) -> Feed:
    """End a feed for good: whose it is, or an administrator. Safe to repeat.

    :raises NotFound: it is somebody else's.
    """
    lock(Feed.objects.filter(pk=feed_id))
    feed = Feed.objects.filter(pk=feed_id).first()
    if feed is None or not (_is_own(feed, actor) or actor.role == Role.ADMIN):
        raise NotFound.of(_NOUN, str(feed_id))
    if feed.revoked_at is None:
        feed.revoked_at = feed.updated_at = now
        feed.save(update_fields=["revoked_at", "updated_at"])
        audit.log(actor, "calendar_feed.revoked", feed, now=now)
    return feed


def opened(*, token: str, now: datetime) -> Reading:
    """The feed behind an address, and as whom it is read.

    :raises NotFound: there is none, it is revoked, or its owner sees no campaigns (any more).
    """
    feed = Feed.objects.filter(token_hash=hash_token(token), revoked_at=None).select_related("owner").first()
    reader = as_actor(feed.owner) if feed is not None else None
    if feed is None or reader is None or not reader.may(_READ):
        raise NotFound("There is no such calendar, or nobody may read it any more.", resource_type=_NOUN)
    _note(feed, now)
    return Reading(feed=feed, reader=reader)


def _note(feed: Feed, now: datetime) -> None:
    """That somebody reads it: people revoke what nobody does. Once a minute is enough."""
    late = Q(last_read_at=None) | Q(last_read_at__lt=now - _NOTED_EVERY)
    if feed.last_read_at is None or feed.last_read_at < now - _NOTED_EVERY:
        Feed.objects.filter(late, pk=feed.pk).update(last_read_at=now)


def _locked(feed_id: int, actor: Actor) -> Feed:
    lock(Feed.objects.filter(pk=feed_id))
    feed = Feed.objects.filter(pk=feed_id).first()
    if feed is None or not _is_own(feed, actor):
        raise NotFound.of(_NOUN, str(feed_id))
    if feed.revoked_at is not None:
        raise FeedRevoked("Make a new feed: this one was revoked, and its address leads nowhere.")
    return feed


def _is_own(feed: Feed, actor: Actor) -> bool:
    return str(feed.owner_id) == actor.id


def _terms(feed: Feed) -> dict[str, object]:
    return {
        "name": feed.name,
        "filters": feed.filters,
        "with_drafts": feed.with_drafts,
        "with_days": feed.with_days,
    }
