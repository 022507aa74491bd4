"""Conflicts begin, change and go as what they are made of does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from approvals.models import Notification
from calendar_app.models import Conflict, ConflictDecision, RefreshProgress
from calendar_app.overlaps import Answer, Counts, How, Severity
from calendar_app.services import conflict_telling, conflicts, refreshing
from core.actors import Actor
from core.models import AuditEntry, OutboxEvent
from tests.approvals.world import person
from tests.conftest import NOW
from tests.factories.conflicts import DAY, WINDOW, Shelf, item
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db

MIA = Actor.system("mia")


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf().at_work(monkeypatch)


@pytest.fixture
def begun(shelf: Shelf) -> Shelf:
    """The calendar was compared before, when nothing met."""
    refreshing.refresh(now=NOW - DAY)
    RefreshProgress.objects.update(compared_at=NOW)
    shelf.asked = 0
    return shelf


def pass_(after: timedelta = timedelta()) -> refreshing.Refreshed:
    return refreshing.refresh(now=NOW + after)


def said() -> list[str]:
    rows = OutboxEvent.objects.filter(name__startswith="calendar.").order_by("pk")
    return [name.removeprefix("calendar.conflict_") for name in rows.values_list("name", flat=True)]


def test_what_meets_is_written_with_all_that_is_known_of_it(shelf: Shelf) -> None:
    spring, shoes = CampaignFactory(name="Spring"), CampaignFactory(name="Shoes")
    one = shelf.meet(item(spring), item(shoes), winner="left", why="Because.")

    done = pass_()

    row = Conflict.objects.get()
    assert done == refreshing.Refreshed(changes=1, is_more=False)
    assert (row.key, row.state, row.severity, row.certainty) == (one.key, "OPEN", "HIGH", "OVERLAPS")
    assert (row.left_campaign, row.right_campaign) == (spring, shoes)
    assert (row.starts_at, row.ends_at, row.windows) == (*WINDOW, [WINDOW])
    assert (row.customers, row.customers_how, row.products, row.cost) == (412, "EXACT", 38, 900)
    assert (row.facts["left_name"], row.facts["winner"], row.facts["why"]) == ("Spring", "left", "Because.")
    assert row.facts["extent"]["products"] == 38
    assert said() == ["found"]
    assert RefreshProgress.objects.get().left_out == 2
    assert OutboxEvent.objects.get(name=conflicts.FOUND).payload == {
        "conflict_id": row.public_id,
        "campaign_ids": [spring.public_id, shoes.public_id],
    }


def test_nothing_is_read_or_written_when_nothing_changed(
    begun: Shelf, django_assert_max_num_queries: Any
) -> None:
    begun.meet(item(CampaignFactory()), item(CampaignFactory()))
    pass_()
    before = RefreshProgress.objects.get().passes

    with django_assert_max_num_queries(4):
        done = pass_(DAY / 2)

    assert (done.changes, RefreshProgress.objects.get().passes) == (0, before)


def test_only_what_changed_is_written(begun: Shelf) -> None:
    base, other = item(CampaignFactory()), item(CampaignFactory())
    one, two = begun.meet(base, other), begun.meet(item(CampaignFactory()), other)
    pass_()
    begun.meet(replace(base, digest="changed"), other)

    pass_(DAY / 4)

    seen = dict(Conflict.objects.values_list("key", "seen_at"))
    assert seen == {one.key: NOW + DAY / 4, two.key: NOW}


def test_all_are_written_once_a_day_when_the_rules_change_and_when_somebody_says_so(begun: Shelf) -> None:
    begun.meet(item(CampaignFactory()), item(CampaignFactory()), spans=((NOW, None),))
    pass_()

    def seen() -> Any:
        return Conflict.objects.get().seen_at - NOW

    pass_(DAY / 8)
    assert seen() == timedelta()
    begun.world_digest = "other stacking rules"
    pass_(DAY / 8)
    assert seen() == DAY / 8
    refreshing.refresh(now=NOW + DAY / 4, everything=True)
    assert seen() == DAY / 4
    pass_(DAY)
    assert seen() == DAY / 4
    pass_(1.25 * DAY)
    assert seen() == 1.25 * DAY


def test_what_does_not_meet_any_more_is_gone(begun: Shelf) -> None:
    one = begun.meet(item(CampaignFactory()), item(CampaignFactory()))
    pass_()
    begun.part(one)

    assert pass_(DAY / 4).changes == 1

    row = Conflict.objects.get()
    assert (row.state, row.gone_at) == ("GONE", NOW + DAY / 4)
    assert said() == ["found", "gone"]


def test_a_campaign_that_is_deleted_takes_its_conflicts_along(begun: Shelf) -> None:
    one = begun.meet(item(CampaignFactory()), item(CampaignFactory()))
    pass_()
    del begun.items[one.left.key]
    begun.conflicts.clear()

    pass_()

    assert Conflict.objects.get().state == "GONE"


def test_time_alone_ends_a_conflict(begun: Shelf) -> None:
    begun.meet(item(CampaignFactory()), item(CampaignFactory()))
    pass_()

    assert pass_(WINDOW[1] - NOW - timedelta(seconds=1)).changes == 0
    RefreshProgress.objects.update(compared_at=WINDOW[1])
    assert pass_(WINDOW[1] - NOW).changes == 1
    assert Conflict.objects.get().state == "GONE"


def test_what_comes_back_is_the_same_conflict(begun: Shelf) -> None:
    one = begun.meet(item(CampaignFactory()), item(CampaignFactory()))
    pass_()
    first = Conflict.objects.get()
    begun.part(one)
    pass_()
    begun.meet(replace(one.left, digest="back"), one.right)

    pass_(DAY / 2)

    row = Conflict.objects.get()
    assert (row.pk, row.state, row.gone_at, row.found_at) == (first.pk, "OPEN", None, NOW + DAY / 2)
    assert said() == ["found", "gone", "found"]


def test_whoever_made_the_promotions_hears_once(begun: Shelf) -> None:
    ada, mia = person("ada", "Marketer"), person("mia", "Marketer")
    person("vera", "Viewer")
    one = begun.meet(item(CampaignFactory(), owner=ada), item(CampaignFactory(), owner=mia))

    pass_()

    rows = Notification.objects.order_by("pk")
    assert {row.user.username for row in rows} == {"ada", "mia"}
    row = Conflict.objects.get()
    assert rows[0].text == f"New collision: {' '.join(row.sentence.split())}"[:400]
    assert rows[0].path.endswith(f"?conflict={row.public_id}")
    # It comes and goes: nobody hears of it again on the same day.
    for digest in ("1", "2", "3"):
        begun.part(one)
        pass_(DAY / 8)
        one = begun.meet(replace(one.left, digest=digest), one.right)
        pass_(DAY / 8)
    assert Notification.objects.count() == 2
    begun.part(one)
    pass_(DAY / 2)
    begun.meet(replace(one.left, digest="4"), one.right)
    pass_(1.5 * DAY)
    assert Notification.objects.count() == 4


def test_many_at_once_are_one_line(begun: Shelf) -> None:
    ada = person("ada", "Marketer")
    left = item(CampaignFactory(), owner=ada)
    for _ in range(5):
        begun.meet(left, item(CampaignFactory()))

    pass_()

    assert Notification.objects.get().text.startswith("5 new collisions of your promotions.")


def test_people_do_not_hear_of_what_is_slight_or_cannot_be_told(begun: Shelf) -> None:
    ada = person("ada", "Marketer")
    left = item(CampaignFactory(), owner=ada)
    begun.meet(left, item(CampaignFactory()), severity=Severity.LOW)
    begun.meet(left, item(CampaignFactory()), certainty=Answer.UNKNOWN)

    pass_()

    assert (Conflict.objects.count(), Notification.objects.count(), said()) == (2, 0, ["found"])


def test_small_overlaps_are_kept_and_told_nobody_until_they_grow(begun: Shelf) -> None:
    ada = person("ada", "Marketer")
    one = begun.meet(item(CampaignFactory(), owner=ada), item(CampaignFactory()), severity=Severity.LOW)
    pass_()
    assert (Conflict.objects.get().state, said(), Notification.objects.count()) == ("OPEN", [], 0)

    begun.meet(replace(one.left, digest="big"), one.right, severity=Severity.MEDIUM)
    pass_()
    assert (said(), Notification.objects.count()) == (["found"], 1)

    one = begun.meet(replace(one.left, digest="small"), one.right, severity=Severity.LOW)
    pass_()
    begun.part(one)
    pass_()
    assert (Conflict.objects.get().state, said()) == ("GONE", ["found", "gone"])


def test_nobody_hears_of_what_was_there_at_the_first_comparison(shelf: Shelf) -> None:
    shelf.meet(item(CampaignFactory(), owner=person("ada", "Marketer")), item(CampaignFactory()))

    pass_()

    assert (said(), Notification.objects.count()) == (["found"], 0)


class TestAnAcceptance:
    @pytest.fixture
    def accepted(self, begun: Shelf) -> Any:
        ada = person("ada", "Marketer")
        one = begun.meet(
            item(CampaignFactory(name="Spring"), owner=ada),
            item(CampaignFactory(name="Shoes")),
            winner="left",
        )
        pass_()
        Notification.objects.all().delete()
        row = conflicts.accept(conflict_id=Conflict.objects.get().pk, reason="Meant so.", actor=MIA, now=NOW)
        assert row.state == "ACCEPTED"
        return one

    def change(self, begun: Shelf, one: Any, **values: Any) -> Conflict:
        left = replace(one.left, digest="changed")
        begun.meet(left, one.right, **{"winner": "left", **values})
        pass_()
        return Conflict.objects.get()

    def test_holds_while_the_terms_stay(self, begun: Shelf, accepted: Any) -> None:
        refreshing.refresh(now=NOW + DAY, everything=True)

        assert Conflict.objects.get().state == "ACCEPTED"

    def test_holds_when_it_becomes_less(self, begun: Shelf, accepted: Any) -> None:
        shorter = (WINDOW[0] + DAY, WINDOW[1])
        row = self.change(begun, accepted, spans=(shorter,), first_at=shorter[0])

        assert (row.state, row.reopened_because) == ("ACCEPTED", "")
        assert row.terms != row.acceptance.terms

    def test_ends_when_they_meet_at_more_hours(self, begun: Shelf, accepted: Any) -> None:
        longer = (NOW + DAY / 2, WINDOW[1])
        row = self.change(begun, accepted, spans=(longer,), first_at=longer[0])

        assert (row.state, row.acceptance) == ("OPEN", None)
        assert row.reopened_because == "They meet at more hours than before."
        last = ConflictDecision.objects.order_by("-pk")[0]
        assert (last.verdict, last.reason, last.actor_label) == ("REOPENED", row.reopened_because, "calendar")
        assert AuditEntry.objects.filter(action=conflicts.REOPENED, entity_id=row.public_id).count() == 1
        assert said()[-1] == "reopened"
        told = Notification.objects.get()
        assert told.user.username == "ada"
        assert told.text.startswith("Accepted, and more than that now: They meet at more hours")

    def test_ends_when_another_one_wins(self, begun: Shelf, accepted: Any) -> None:
        row = self.change(begun, accepted, winner="right")

        assert row.reopened_because == "Where only one applies, it is Shoes now."

    def test_ends_when_more_products_are_concerned(self, begun: Shelf, accepted: Any) -> None:
        begun.counts[accepted.key] = Counts(
            customers=420, customers_how=How.EXACT, products=40, products_how=How.EXACT, cost=1000
        )
        row = self.change(begun, accepted)

        assert row.reopened_because == "They have 40 products in common, no longer 38 products."

    def test_holds_when_only_more_customers_came(self, begun: Shelf, accepted: Any) -> None:
        begun.counts[accepted.key] = Counts(
            customers=900, customers_how=How.EXACT, products=38, products_how=How.EXACT, cost=1000
        )
        refreshing.refresh(now=NOW, everything=True)

        row = Conflict.objects.get()
        assert (row.state, row.customers) == ("ACCEPTED", 900)

    def test_holds_for_what_comes_back_as_it_was(self, begun: Shelf, accepted: Any) -> None:
        begun.part(accepted)
        pass_()
        assert Conflict.objects.get().state == "GONE"

        row = self.change(begun, accepted)

        assert (row.state, row.gone_at) == ("ACCEPTED", None)
        assert said() == ["found", "accepted", "gone"]


def test_a_pass_that_breaks_leaves_nothing_and_the_next_one_does_all(
    begun: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun.meet(item(CampaignFactory(), owner=person("ada", "Marketer")), item(CampaignFactory()))
    tell = conflict_telling.tell_webhooks

    def killed(**_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(conflict_telling, "tell_webhooks", killed)
    with pytest.raises(KeyboardInterrupt):
        pass_()
    assert (Conflict.objects.count(), Notification.objects.count(), said()) == (0, 0, [])

    monkeypatch.setattr(conflict_telling, "tell_webhooks", tell)
    pass_()

    assert (Conflict.objects.count(), Notification.objects.count(), said()) == (1, 1, ["found"])


def test_who_began_before_somebody_else_ended_writes_nothing(
    begun: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun.meet(item(CampaignFactory()), item(CampaignFactory()))
    counts = refreshing.common_reach.counts

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        RefreshProgress.objects.update(passes=99)
        return counts(*args, **kwargs)

    monkeypatch.setattr(refreshing.common_reach, "counts", meanwhile)
    assert pass_().changes == 0
    assert (Conflict.objects.count(), said()) == (0, [])

    monkeypatch.setattr(refreshing.common_reach, "counts", counts)
    assert pass_().changes == 1


def test_what_would_help_is_tried_once_and_only_for_the_heaviest(
    begun: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(refreshing, "fixes", lambda one, board: tried.append(one.key) or ())
    monkeypatch.setattr(refreshing, "MOST_HELPED", 1)
    left = item(CampaignFactory())
    heavy = begun.meet(left, item(CampaignFactory()), at_stake=1_000)
    begun.meet(left, item(CampaignFactory()))
    begun.meet(left, item(CampaignFactory()), severity=Severity.LOW, at_stake=9_000)

    pass_()
    pass_(1.5 * DAY)
    assert tried == [heavy.key]
    begun.meet(replace(left, digest="other terms"), heavy.right, at_stake=1_000)
    pass_(1.5 * DAY)
    assert tried == [heavy.key, heavy.key]


def test_a_pass_that_takes_long_leaves_the_rest_to_the_next(
    begun: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "LONGEST_SECONDS", 0)
    left = item(CampaignFactory())
    for _ in range(3):
        begun.meet(left, item(CampaignFactory()))

    assert [pass_().is_more for _ in range(3)] == [True, True, False]
    assert not Conflict.objects.filter(counted_at=None).exists()


def test_so_many_are_counted_in_one_pass(begun: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refreshing, "MOST_LOOKED_AT", 2)
    left = item(CampaignFactory())
    heavy = begun.meet(left, item(CampaignFactory()), at_stake=1_000)
    for _ in range(3):
        begun.meet(left, item(CampaignFactory()), severity=Severity.LOW)

    passes = [pass_(), pass_(), pass_()]

    assert [one.is_more for one in passes] == [True, False, False]
    assert begun.counted[0] == heavy.key
    assert sorted(begun.counted) == sorted(one.key for one in begun.conflicts)
    assert not Conflict.objects.filter(counted_at=None).exists()
