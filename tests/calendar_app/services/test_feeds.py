from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User

from calendar_app.models import Feed
from calendar_app.services import feeds
from core.actors import Actor
from core.errors import MissingPermission, NotFound
from core.models import AuditEntry
from core.staff import as_actor
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def person(name: str, group: str = "Marketer") -> Actor:
    user = User.objects.create_user(name, is_staff=True)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return as_actor(user)


def made(actor: Actor, name: str = "Mine") -> feeds.IssuedFeed:
    return feeds.create(owner_id=int(actor.id), name=name, actor=actor, now=NOW)


def test_only_the_hash_of_the_token_is_kept() -> None:
    ada = person("ada")

    issued = made(ada)

    feed = Feed.objects.get()
    assert issued.token not in repr(issued)
    assert len(issued.token) >= 40
    assert issued.token not in str(feed.__dict__)
    assert feed.token_hint == issued.token[-4:]
    entry = AuditEntry.objects.get(action="calendar_feed.created")
    assert (entry.actor_id, entry.entity_id) == (ada.id, feed.public_id)
    assert issued.token not in str(entry.__dict__)
    assert feed.token_hash not in str(entry.__dict__)


def test_who_sees_no_campaigns_has_none() -> None:
    nobody = person("nobody", group="")

    with pytest.raises(MissingPermission):
        made(nobody)

    assert not Feed.objects.exists()


def test_there_are_not_endlessly_many_of_one_person() -> None:
    ada = person("ada")
    for number in range(feeds.MOST):
        made(ada, f"Feed {number}")

    with pytest.raises(feeds.TooManyFeeds):
        made(ada)

    first = Feed.objects.earliest("pk")
    feeds.revoke(feed_id=first.pk, actor=ada, now=NOW)
    made(ada)
    made(person("bob"))


def test_nobody_changes_or_renews_that_of_another() -> None:
    feed = made(person("ada")).feed
    before = Feed.objects.values().get()
    for other in (person("bob"), person("root", "Administrator")):
        with pytest.raises(NotFound):
            feeds.renew(feed_id=feed.pk, actor=other, now=NOW)
        with pytest.raises(NotFound):
            feeds.change(
                feed_id=feed.pk, name="x", filters={}, with_drafts=True, with_days=True, actor=other, now=NOW
            )

    assert Feed.objects.values().get() == before


def test_an_administrator_revokes_any_and_others_only_their_own() -> None:
    feed = made(person("ada")).feed
    with pytest.raises(NotFound):
        feeds.revoke(feed_id=feed.pk, actor=person("bob"), now=NOW)
    assert Feed.objects.get().revoked_at is None
    root = person("root", "Administrator")

    feeds.revoke(feed_id=feed.pk, actor=root, now=NOW)
    feeds.revoke(feed_id=feed.pk, actor=root, now=NOW + timedelta(days=1))

    assert Feed.objects.get().revoked_at == NOW
    assert AuditEntry.objects.filter(action="calendar_feed.revoked").count() == 1


def test_a_revoked_one_stays_as_it_is() -> None:
    ada = person("ada")
    feed = feeds.revoke(feed_id=made(ada).feed.pk, actor=ada, now=NOW)

    with pytest.raises(feeds.FeedRevoked):
        feeds.renew(feed_id=feed.pk, actor=ada, now=NOW)
    with pytest.raises(feeds.FeedRevoked):
        feeds.change(
            feed_id=feed.pk, name="x", filters={}, with_drafts=True, with_days=True, actor=ada, now=NOW
        )


def test_a_change_is_written_down() -> None:
    ada = person("ada")
    feed = made(ada).feed

    feeds.change(
        feed_id=feed.pk,
        name="Mine",
        filters={"state": "live"},
        with_drafts=False,
        with_days=False,
        actor=ada,
        now=NOW,
    )

    entry = AuditEntry.objects.get(action="calendar_feed.updated")
    assert entry.after == {"filters": {"state": "live"}, "with_days": False}
