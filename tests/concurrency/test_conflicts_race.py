"""Refreshers beside each other and beside people: nothing is found twice, nothing that was said is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from django.db import connection

from calendar_app.models import Conflict, ConflictDecision
from calendar_app.services import conflict_rows, conflicts, refreshing
from calendar_app.services.conflicts import ConflictChanged
from core.actors import Actor
from core.models import OutboxEvent
from tests.conftest import NOW
from tests.factories.conflicts import DAY, Shelf, item
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
MIA = Actor.system("mia")


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    made = Shelf().at_work(monkeypatch)
    base = item(CampaignFactory(name="Base"))
    for number in range(6):
        made.meet(base, item(CampaignFactory(name=f"Other {number}")))
    return made


def test_several_at_once_find_everything_once(shelf: Shelf, at_once: AtOnce) -> None:
    done = at_once([lambda: refreshing.refresh(now=NOW)] * 4)

    assert sum(one.changes for one in done) == 6
    assert Conflict.objects.count() == 6
    assert OutboxEvent.objects.filter(name=conflicts.FOUND).count() == 6
    assert refreshing.refresh(now=NOW) == refreshing.Refreshed()


def test_nobody_waits_for_a_refresher_that_hangs(shelf: Shelf) -> None:
    refreshing.refresh(now=NOW)
    shelf.meet(item(CampaignFactory()), item(CampaignFactory()))
    params = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: params[name] for name in names if name in params}) as other:
        other.execute("SELECT 1 FROM calendar_app_refreshprogress FOR NO KEY UPDATE")

        assert refreshing.refresh(now=NOW).changes == 0
        row = Conflict.objects.order_by("pk")[0]
        conflicts.accept(conflict_id=row.pk, reason="Meant so.", actor=MIA, now=NOW)
        other.rollback()

    assert refreshing.refresh(now=NOW).changes == 1
    assert Conflict.objects.get(pk=row.pk).state == "ACCEPTED"


def test_an_acceptance_while_a_pass_writes_is_kept_or_opened_again_for_its_reason(
    shelf: Shelf, at_once: AtOnce, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pass makes one of them bigger. Whoever is first: nobody's word stands for what he did not see."""
    refreshing.refresh(now=NOW)
    rows = list(Conflict.objects.order_by("pk"))
    seen = {row.pk: row.terms for row in rows}
    begun = threading.Event()
    settle = conflict_rows.settle

    def slowly(*args: Any, **kwargs: Any) -> int:
        begun.set()
        return settle(*args, **kwargs)

    monkeypatch.setattr(conflict_rows, "settle", slowly)
    for one in list(shelf.conflicts):
        longer = (one.spans[0][0] - DAY / 2, one.spans[0][1])
        shelf.meet(replace(one.left, digest="longer"), one.right, spans=(longer,), first_at=longer[0])

    def accept() -> list[int]:
        begun.wait(timeout=30)
        accepted = []
        for row in rows:
            try:
                conflicts.accept(
                    conflict_id=row.pk, reason="Meant so.", seen_terms=seen[row.pk], actor=MIA, now=NOW
                )
                accepted.append(row.pk)
            except ConflictChanged:
                pass
        return accepted

    _, accepted = at_once([lambda: refreshing.refresh(now=NOW), accept])

    for row in Conflict.objects.all():
        assert row.terms != seen[row.pk]
        assert (row.state, row.acceptance_id) == ("OPEN", None)
        verdicts = list(ConflictDecision.objects.filter(conflict=row).order_by("pk").values_list("verdict"))
        was_accepted = row.pk in accepted
        assert verdicts == ([("ACCEPTED",), ("REOPENED",)] if was_accepted else [])
