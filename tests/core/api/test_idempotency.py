"""The header `Idempotency-Key`, seen from a small endpoint of its own."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.test import APIClient

from core.api.idempotency import answered
from core.api.views import ProjectAPIView
from core.errors import DuplicateFound
from core.idempotency import UNKEYED, IdempotencyKeyInProgress, Keyed, Once
from core.models import Heartbeat, IdempotencyKey
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.api.test_idempotency")]


@transaction.atomic
def stamp(name: str, *, once: Once[Heartbeat] = UNKEYED) -> Heartbeat:
    once.claim()
    if name == "refused" and Heartbeat.objects.filter(name="closed").exists():
        raise DuplicateFound("Closed.")
    row = Heartbeat.objects.create(name=f"{name} {Heartbeat.objects.count() + 1}", at=NOW)
    if name != "forgetful":
        once.keep(row)
    return row


class StampsView(ProjectAPIView):
    resource = "vouchers"
    takes_idempotency_key = True

    def post(self, request: Request, name: str) -> HttpResponse:
        return answered(
            request,
            lambda once: stamp(name, once=once),
            render=lambda row: {"zeta": Decimal("1.50"), "name": row.name, "é": [None, row.at]},
            now=self.now,
        )


urlpatterns = [path("v1/stamps/<str:name>", StampsView.as_view())]


def post(api: APIClient, key: str | None, body: str | dict[str, Any] = "{}", to: str = "/v1/stamps/a") -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.post(to, text, content_type="application/json", headers=headers)


def stamped() -> list[str]:
    return list(Heartbeat.objects.order_by("name").values_list("name", flat=True))


def test_repeated_call_gets_the_same_bytes_and_has_no_effect(api: APIClient) -> None:
    without, first, again = post(api, None), post(api, "k"), post(api, "k")

    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert first["Content-Type"] == again["Content-Type"] == without["Content-Type"] == "application/json"
    assert first.content.decode() == without.content.decode().replace("a 1", "a 2")
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert stamped() == ["a 1", "a 2"]


def test_without_a_key_every_call_counts(api: APIClient) -> None:
    answers = [post(api, None) for _ in range(2)]

    assert [answer.json()["name"] for answer in answers] == ["a 1", "a 2"]
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('{"a": 1, "b": {"c": [1, 2.50], "d": null}}', '{"b":{"d":null,"c":[1,2.50]},\n "a":1}'),
        ("", "{}"),
        ('{"name": "\\u00e9"}', '{"name": "é"}'),
    ],
)
def test_spelling_of_the_same_body_does_not_matter(api: APIClient, first: str, second: str) -> None:
    assert post(api, "k", first).content == post(api, "k", second).content
    assert stamped() == ["a 1"]


def test_a_trailing_slash_and_the_order_of_the_query_do_not_matter(api: APIClient) -> None:
    first = post(api, "k", to="/v1/stamps/a?x=1&y=2&x=3")

    assert post(api, "k", to="/v1/stamps/a/?y=2&x=1&x=3").content == first.content
    assert stamped() == ["a 1"]


@pytest.mark.parametrize(
    ("body", "to"),
    [
        ('{"n": 2}', "/v1/stamps/a"),
        ('{"n": 1.0}', "/v1/stamps/a"),
        ('{"n": "1"}', "/v1/stamps/a"),
        ('{"n": true}', "/v1/stamps/a"),
        ('{"n": [1]}', "/v1/stamps/a"),
        ('{"n": 1, "m": null}', "/v1/stamps/a"),
        ("{}", "/v1/stamps/a"),
        ('{"n": 1}', "/v1/stamps/b"),
        ('{"n": 1}', "/v1/stamps/a?x=1"),
    ],
)
def test_other_content_under_the_same_key_is_refused(api: APIClient, body: str, to: str) -> None:
    post(api, "k", '{"n": 1}')

    answer = post(api, "k", body, to=to)

    assert answer.status_code == 422
    assert answer.json() == {
        "code": 422,
        "key": "idempotency_key_reused",
        "message": "Idempotency key reused",
        "details": (
            "This key was used for a call with another path, query or body. Repeat a call unchanged, and "
            "give every new call a key of its own."
        ),
        "request_id": answer.json()["request_id"],
    }
    assert stamped() == ["a 1"]


@pytest.mark.parametrize(
    ("first", "second"),
    [('{"n": 1.5}', '{"n": "1.5"}'), ('{"n": 1.5}', '{"n": 1.50}'), ('{"x": 1}', '{"x": {"": 1}}')],
)
def test_numbers_are_not_taken_for_what_looks_like_them(api: APIClient, first: str, second: str) -> None:
    assert post(api, "k", first).status_code == 200
    assert post(api, "k", second).status_code == 422


def test_a_call_that_still_runs_says_when_to_come_again(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Keyed, "_lock", lambda self: False)

    answer = post(api, "k")

    assert (answer.status_code, answer.json()["key"]) == (409, IdempotencyKeyInProgress.key)
    assert answer["Retry-After"] == "1"
    assert stamped() == []


def test_what_was_refused_may_be_tried_again(api: APIClient) -> None:
    closed = Heartbeat.objects.create(name="closed", at=NOW)
    assert post(api, "k", to="/v1/stamps/refused").status_code == 409
    closed.delete()

    answer = post(api, "k", to="/v1/stamps/refused")

    assert (answer.status_code, stamped()) == (200, ["refused 1"])


@pytest.mark.parametrize("key", ["", " ", "a b", "a\tb", "ключ", "é", "a\x7f", "k" * 256])
def test_key_that_is_no_key_is_refused(api: APIClient, key: str) -> None:
    answer = post(api, key)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert answer.json()["details"] == "Header Idempotency-Key must be 1 to 255 visible ASCII characters."
    assert stamped() == []


@pytest.mark.parametrize("key", ["!", "~", '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "k" * 255])
def test_any_visible_text_is_a_key(api: APIClient, key: str) -> None:
    assert post(api, key).content == post(api, key).content
    assert IdempotencyKey.objects.get().key == key


def test_callers_do_not_see_each_other(api: APIClient, api_as: Any, anonymous: APIClient) -> None:
    first = post(api, "k")
    other = post(api_as("ADMIN"), "k")

    assert (first.json()["name"], other.json()["name"]) == ("a 1", "a 2")
    assert post(anonymous, "k").status_code == 401
    assert post(api_as("VIEWER"), "k").status_code == 403


def test_a_service_that_keeps_nothing_is_a_bug(api: APIClient) -> None:
    assert post(api, "k", to="/v1/stamps/forgetful").status_code == 500
