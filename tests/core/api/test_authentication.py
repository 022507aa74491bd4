from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from core.actors import Actor, Role
from core.models import ApiKey, AuditEntry, MetadataSchema
from core.services import api_keys
from core.services.api_keys import IssuedKey

LIST = "/v1/metadata-schemas"
SYSTEM = Actor.system("tests")


@pytest.fixture
def issued(db: None) -> IssuedKey:
    return api_keys.create(name="Web shop", actor=SYSTEM, now=timezone.now())


def call(app_id: str | None, token: str | None, path: str = LIST, **extra: Any) -> Any:
    headers = {"X-App-Id": app_id, "X-App-Token": token}
    sent = {name: value for name, value in headers.items() if value is not None}
    return APIClient(raise_request_exception=False).get(path, headers=sent, **extra)


def body_without_id(answer: Any) -> dict[str, Any]:
    body = answer.json()
    assert body.pop("request_id").startswith("v-")
    return dict(body)


def test_right_key_gets_in_and_its_use_is_noted(issued: IssuedKey) -> None:
    answer = call(issued.key.app_id, issued.token)

    assert answer.status_code == 200
    issued.key.refresh_from_db()
    assert issued.key.last_used_at is not None


def test_every_wrong_key_gets_one_identical_answer(issued: IssuedKey) -> None:
    blocked = api_keys.create(name="Blocked", actor=SYSTEM, now=timezone.now())
    api_keys.set_blocked(key_id=blocked.key.pk, blocked=True, actor=SYSTEM, now=timezone.now())
    expired = api_keys.create(
        name="Expired", actor=SYSTEM, now=timezone.now(), expires_at=timezone.now() - timedelta(seconds=1)
    )
    other_kind = api_keys.create(name="Client", kind=ApiKey.Kind.CLIENT, actor=SYSTEM, now=timezone.now())
    attempts = [
        call("00000000-0000-4000-8000-000000000000", issued.token),
        call(issued.key.app_id, "wrong"),
        call(issued.key.app_id, issued.token[:-1]),
        call(issued.key.app_id, issued.token.upper()),
        call(issued.key.app_id, ""),
        call(issued.key.app_id, None),
        call(None, issued.token),
        call(None, None),
        call("nul\0nul", issued.token),
        call(blocked.key.app_id, blocked.token),
        call(expired.key.app_id, expired.token),
        call(other_kind.key.app_id, other_kind.token),
    ]

    assert [answer.status_code for answer in attempts] == [401] * len(attempts)
    for answer in attempts:
        assert answer["WWW-Authenticate"] == "ApiKey"
        assert body_without_id(answer) == {
            "code": 401,
            "key": "unauthorized",
            "message": "Unauthorized",
            "details": "The key id or its token is wrong, or the key may not be used.",
        }


def test_authentication_comes_before_lookup_and_parsing(
    anonymous: APIClient, management_api: APIClient
) -> None:
    assert anonymous.get(f"{LIST}/nothing-here").status_code == 401
    assert anonymous.generic("POST", "/management/v1/projects", b"{broken").status_code == 401
    assert management_api.get(LIST).status_code == 401


def test_rotation_keeps_the_old_token_for_a_day(issued: IssuedKey) -> None:
    fresh = api_keys.rotate(key_id=issued.key.pk, actor=SYSTEM, now=timezone.now())

    assert call(issued.key.app_id, issued.token).status_code == 200
    assert call(issued.key.app_id, fresh.token).status_code == 200

    ApiKey.objects.update(previous_secret_until=timezone.now())
    assert call(issued.key.app_id, issued.token).status_code == 401
    assert call(issued.key.app_id, fresh.token).status_code == 200


def test_second_rotation_ends_the_first_token(issued: IssuedKey) -> None:
    second = api_keys.rotate(key_id=issued.key.pk, actor=SYSTEM, now=timezone.now())
    third = api_keys.rotate(key_id=issued.key.pk, actor=SYSTEM, now=timezone.now())

    answers = [
        call(issued.key.app_id, token).status_code for token in (issued.token, second.token, third.token)
    ]
    assert answers == [401, 200, 200]


def test_address_list(issued: IssuedKey, settings: Any) -> None:
    ApiKey.objects.update(allowed_addresses=["192.0.2.7"])

    refused = call(issued.key.app_id, issued.token)
    assert refused.status_code == 403
    assert body_without_id(refused)["details"] == "This key may not be used from this address."
    assert call(issued.key.app_id, issued.token, REMOTE_ADDR="192.0.2.7").status_code == 200

    forged = {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}
    assert call(issued.key.app_id, issued.token, **forged).status_code == 403
    settings.FANFARE_TRUSTED_PROXIES = 1
    assert call(issued.key.app_id, issued.token, **forged).status_code == 200
    assert (
        call(issued.key.app_id, issued.token, HTTP_X_FORWARDED_FOR="192.0.2.7, 10.0.0.1").status_code == 403
    )


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://shop.example", 200),
        ("https://www.shop.example", 403),
        ("https://app.fair.example", 200),
        ("http://shop.example", 403),
        ("https://SHOP.example", 403),
        ("null", 403),
        (None, 403),
    ],
)
def test_client_keys_are_bound_to_origins(db: None, origin: str | None, status: int, rf: Any) -> None:
    from core.api.views import ClientAPIView

    class Probe(ClientAPIView):
        resource = "promotions"

        def get(self, request: Any) -> Any:
            from rest_framework.response import Response

            return Response({"channel": request.auth.actor.channel})

    issued = api_keys.create(
        name="Shop window",
        kind=ApiKey.Kind.CLIENT,
        allowed_origins=["https://shop.example", "https://*.fair.example"],
        actor=SYSTEM,
        now=timezone.now(),
    )
    headers = {"X-Client-Application-Id": issued.key.app_id, "X-Client-Token": issued.token}
    if origin is not None:
        headers["Origin"] = origin
    answer = Probe.as_view()(rf.get("/client/v1/probe", headers=headers))

    assert answer.status_code == status
    assert answer.get("Access-Control-Allow-Origin") == origin
    if status == 200:
        assert answer.data == {"channel": "CLIENT_API"}


ROLES = {
    "GET": {Role.ADMIN: 200, Role.VIEWER: 200},
    "PUT": {Role.ADMIN: 200},
    "DELETE": {Role.ADMIN: 402},
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_role_matrix_of_management_keys(role: Role, method: str, settings_row: Any) -> None:
    issued = api_keys.create(name="m", kind="management", role=role, actor=SYSTEM, now=timezone.now())
    client = APIClient(headers={"X-Management-Id": issued.key.app_id, "X-Management-Token": issued.token})

    answer = client.generic(
        method, f"/management/v1/projects/{settings_row.public_id}", b"{}", content_type="application/json"
    )

    assert answer.status_code == ROLES[method].get(role, 403)
    if answer.status_code == 403:
        assert answer.json()["key"] == "missing_required_permission"


@pytest.mark.parametrize("role", list(Role))
def test_every_server_role_reads(role: Role, api_as: Callable[[str], APIClient]) -> None:
    assert api_as(role).get(LIST).status_code == 200


def test_channel_header_names_the_channel(management_api: APIClient, settings_row: Any) -> None:
    management_api.post(
        f"/management/v1/projects/{settings_row.public_id}/metadata-schemas",
        {"related_object": "voucher", "properties": {}},
        headers={"X-Voucherify-Channel": "till-7"},
    )

    assert MetadataSchema.objects.count() == 1
    assert AuditEntry.objects.get(action="metadata_schema.created").channel == "till-7"


def test_no_secret_is_stored_in_the_clear(issued: IssuedKey) -> None:
    fresh = api_keys.rotate(key_id=issued.key.pk, actor=SYSTEM, now=timezone.now())

    stored = str(list(ApiKey.objects.values())) + str(list(AuditEntry.objects.values())) + repr(fresh)
    assert issued.token not in stored
    assert fresh.token not in stored
