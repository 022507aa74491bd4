from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from approvals.models import Delegation
from core.models import AuditEntry
from tests.approvals.world import person

pytestmark = pytest.mark.django_db

LIST = "/admin/approvals/delegation/"
ADD = f"{LIST}add/"


def desk_of(user: User) -> Client:
    found = Client(raise_request_exception=False)
    found.force_login(user)
    return found


def filled(deputy: User, **values: Any) -> dict[str, Any]:
    """The form as a browser sends it: in the time zone of the project, which is UTC here."""
    return {
        "stand_in": str(deputy.pk),
        "starts_at_0": "2090-03-10",
        "starts_at_1": "08:00:00",
        "ends_at_0": "2090-03-20",
        "ends_at_1": "18:00:00",
        **values,
    }


def away(who: User, stand_in: User, start: int = -1, end: int = 1) -> Delegation:
    """From and until so many days from now."""
    now = timezone.now()
    return Delegation.objects.create(
        person=who,
        stand_in=stand_in,
        starts_at=now + timedelta(days=start),
        ends_at=now + timedelta(days=end),
        created_at=now,
    )


def test_everybody_says_that_he_is_away() -> None:
    mia, otto = person("mia", "Viewer"), person("otto", "User")
    desk = desk_of(mia)
    assert 'name="person"' not in desk.get(ADD).text

    answer = desk.post(ADD, filled(otto, person=str(otto.pk)))

    assert (answer.status_code, answer["Location"]) == (302, LIST)
    row = Delegation.objects.get()
    assert (row.person, row.stand_in) == (mia, otto)
    assert row.ends_at - row.starts_at == timedelta(days=10, hours=10)
    assert AuditEntry.objects.get(action="delegation.created").actor_label == "mia"


def test_administrators_say_so_for_anybody() -> None:
    ada, mia, otto = person("ada", "Admin"), person("mia", "User"), person("otto", "User")

    desk_of(ada).post(ADD, filled(otto, person=str(mia.pk)))

    assert Delegation.objects.get().person == mia


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"ends_at_0": "2090-03-10", "ends_at_1": "07:00:00"}, "“Until” must be after “From”"),
        ({"starts_at_0": "2020-01-01", "ends_at_0": "2020-01-02"}, "“Until” must be in the future"),
        ({"stand_in": ""}, "This field is required"),
        ({"stand_in": "999999"}, "not one of the available choices"),
        ({"starts_at_0": "soon"}, "valid date"),
    ],
)
def test_says_what_is_wrong(values: dict[str, Any], said: str) -> None:
    mia, otto = person("mia", "User"), person("otto", "User")

    answer = desk_of(mia).post(ADD, filled(otto, **values))

    assert answer.status_code == 200
    assert said in answer.text
    assert not Delegation.objects.exists()


def test_nobody_stands_in_for_himself() -> None:
    mia = person("mia", "User")

    answer = desk_of(mia).post(ADD, filled(mia))

    assert "must be somebody else" in answer.text
    assert not Delegation.objects.exists()


def test_everybody_sees_who_is_away_and_changes_his_own() -> None:
    mia, otto = person("mia", "User"), person("otto", "User")
    row = away(mia, otto)
    page = f"{LIST}{row.pk}/change/"

    seen = desk_of(otto).get(LIST).text
    assert "Away now" in seen
    assert "mia" in seen
    assert "Back again" not in desk_of(otto).get(page).text
    assert desk_of(otto).post(page, filled(otto)).status_code == 403

    olga = person("olga", "User")
    assert "Back again" in desk_of(mia).get(page).text
    assert desk_of(mia).post(page, filled(olga)).status_code == 302
    row.refresh_from_db()
    assert row.stand_in == olga


def test_who_is_back_presses_a_button() -> None:
    mia, otto = person("mia", "User"), person("otto", "User")
    row = away(mia, otto)
    confirmed = {"_form_submitted": "on"}

    assert desk_of(otto).post(f"{LIST}{row.pk}/end/", confirmed).status_code == 403
    desk_of(mia).post(f"{LIST}{row.pk}/end/", confirmed)

    row.refresh_from_db()
    assert row.ends_at <= timezone.now()
    assert "Over" in desk_of(mia).get(LIST).text
    assert desk_of(mia).post(f"{LIST}{row.pk}/change/", filled(otto)).status_code == 403
    assert desk_of(mia).post(f"{LIST}none/end/", confirmed).status_code in {403, 404}


def test_absences_go_with_their_person() -> None:
    mia, otto = person("mia", "User"), person("otto", "User")
    away(mia, otto)

    answer = desk_of(person("ada", "Admin")).post(f"/admin/auth/user/{otto.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 302
    assert not User.objects.filter(pk=otto.pk).exists()
    assert not Delegation.objects.exists()


def test_cost_of_the_list_does_not_grow(count_queries: Callable[[Callable[[], Any]], int]) -> None:
    desk = desk_of(person("mia", "User"))
    away(person("a", "User"), person("b", "User"))
    desk.get(LIST)
    few = count_queries(lambda: desk.get(LIST))
    for number in range(8):
        away(person(f"a{number}", "User"), person(f"b{number}", "User"))

    assert count_queries(lambda: desk.get(LIST)) == few
