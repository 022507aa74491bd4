"""Saved views: one's own, shared ones, and the one to begin with."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from calendar_app.models import SavedView, StartingView
from calendar_app.selectors import saved_views as known
from calendar_app.services import saved_views
from calendar_app.services.saved_views import MOST, ViewNotSaved
from core.errors import NotFound
from core.models import AuditEntry
from tests.approvals.world import acting, person
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara(db: None) -> User:
    return person("mara", "User")


@pytest.fixture
def otto(db: None) -> User:
    return person("otto", "Viewer")


def save(who: User, name: str, query: str = "view=week", *, is_shared: bool = False) -> SavedView:
    return saved_views.save(name=name, query=query, is_shared=is_shared, actor=acting(who), now=NOW)


def names(who: User) -> list[str]:
    return [view.name for view in known.offered_to(who.pk)]


def test_the_same_name_means_something_else_from_now_on(mara: User) -> None:
    first = save(mara, "  Mornings  at the till ")
    again = save(mara, "Mornings at the till", "view=day")

    assert again.pk == first.pk
    assert list(SavedView.objects.values_list("name", "query")) == [("Mornings at the till", "view=day")]
    assert SavedView.objects.get().updated_at == NOW


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_needs_a_name(mara: User, name: str) -> None:
    with pytest.raises(ViewNotSaved):
        save(mara, name)

    assert not SavedView.objects.exists()


def test_somebody_keeps_so_many_and_no_more(mara: User) -> None:
    for number in range(MOST):
        save(mara, f"View {number}")

    with pytest.raises(ViewNotSaved, match="50 views"):
        save(mara, "One more")
    save(mara, "View 0", "view=day")

    assert SavedView.objects.count() == MOST


def test_others_see_what_is_shared_and_delete_nothing(mara: User, otto: User) -> None:
    shared, own = save(mara, "For all", is_shared=True), save(mara, "Mine")

    assert names(otto) == ["For all"]
    for view in (shared, own):
        with pytest.raises(NotFound):
            saved_views.delete(view_id=view.pk, actor=acting(otto), now=NOW)
    assert SavedView.objects.count() == 2
    saved_views.delete(view_id=shared.pk, actor=acting(person("root", "Admin")), now=NOW)
    assert names(mara) == ["Mine"]
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "saved_view.shared",
        "saved_view.deleted",
    ]


def test_begins_with_a_view_until_it_is_not_shared_any_more(mara: User, otto: User) -> None:
    view = save(mara, "For all", is_shared=True)
    saved_views.begin_with(view_id=view.pk, actor=acting(otto))
    assert known.starting_with(otto.pk) == view

    save(mara, "For all", is_shared=False)
    assert known.starting_with(otto.pk) is None
    with pytest.raises(NotFound):
        saved_views.begin_with(view_id=view.pk, actor=acting(otto))

    saved_views.begin_with(view_id=view.pk, actor=acting(mara))
    saved_views.begin_with(view_id=None, actor=acting(mara))
    assert known.starting_with(mara.pk) is None
    assert not StartingView.objects.filter(user=mara).exists()


def test_only_what_a_calendar_asks_is_kept(mara: User, client: Client) -> None:
    client.force_login(mara)

    answer = client.post(
        "/admin/calendar/views/",
        {"name": "Odd", "query": "view=week&on=2026-03-10&lanes=type&evil=1&open=x&page=7&q=a%00b"},
    )

    assert answer.status_code == 302
    assert SavedView.objects.get().query == "view=week&lanes=type&q=ab"
    assert client.get("/admin/calendar/views/").status_code == 405
