from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from core.actors import Actor, Role
from core.models import ApiKey, AuditEntry, OAuthToken
from core.services import api_keys, oauth_tokens
from core.services.api_keys import IssuedKey
from core.tasks import prune_oauth_tokens

TOKEN, INTROSPECT, REVOKE = "/v1/oauth/token", "/v1/oauth/introspect", "/v1/oauth/token/revoke"
LIST = "/v1/metadata-schemas"
SYSTEM = Actor.system("tests")


@pytest.fixture
def issued(db: None) -> IssuedKey:
    return api_keys.create(name="Web shop", actor=SYSTEM, now=timezone.now())


def form(client: APIClient, path: str, **fields: str) -> Any:
    body = "&".join(f"{name}={value.replace(' ', '+')}" for name, value in fields.items())
    return client.generic("POST", path, body, content_type="application/x-www-form-urlencoded")


def caller(issued: IssuedKey, **extra: str) -> APIClient:
    headers = {"X-App-Id": issued.key.app_id, "X-App-Token": issued.token, **extra}
    return APIClient(headers=headers, raise_request_exception=False)


def got(issued: IssuedKey, scope: str = "api") -> str:
    answer = form(caller(issued), TOKEN, grant_type="client_credentials", scope=scope)
    assert answer.status_code == 200, answer.json()
    return str(answer.json()["access_token"])


def bearer(token: str, **extra: Any) -> APIClient:
    client = APIClient(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False, **extra)
    client.default_format = "json"
    return client


def test_a_token_is_made_and_opens_what_the_key_opens(issued: IssuedKey) -> None:
    before = int(timezone.now().timestamp())

    answer = form(caller(issued), TOKEN, grant_type="client_credentials", scope="api metadata-schemas")

    told = answer.json()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert sorted(told) == ["access_token", "client_id", "expires_at", "expires_in", "scope", "token_type"]
    assert (told["client_id"], told["expires_in"]) == (issued.key.app_id, 900)
    assert (told["scope"], told["token_type"]) == ("api metadata-schemas", "Bearer")
    assert before + 900 <= told["expires_at"] <= before + 905
    assert bearer(told["access_token"]).get(LIST).status_code == 200
    assert APIClient(headers={"X-Voucherify-OAuth": told["access_token"]}).get(LIST).status_code == 200
    named = APIClient(headers={"X-Voucherify-OAuth": f"Bearer {told['access_token']}"})
    assert named.get(LIST).status_code == 200


def test_only_the_hash_is_kept_and_the_audit_log_does_not_tell(issued: IssuedKey) -> None:
    token = got(issued)

    row = OAuthToken.objects.get()
    assert token not in str(vars(row))
    assert row.token_hash == api_keys.hash_token(token)
    entry = AuditEntry.objects.get(action="oauth_token.issued")
    assert (entry.actor_id, entry.entity_type, entry.after) == (
        issued.key.app_id,
        "apikey",
        {"scopes": ["api"]},
    )


def test_basic_authentication(issued: IssuedKey) -> None:
    def basic(text: str) -> Any:
        header = f"Basic {base64.b64encode(text.encode()).decode()}"
        client = APIClient(headers={"Authorization": header}, raise_request_exception=False)
        return form(client, TOKEN, grant_type="client_credentials", scope="api")

    assert basic(f"{issued.key.app_id}:{issued.token}").status_code == 200
    assert basic(f"{issued.key.app_id}:wrong").status_code == 401
    assert basic("no colon").status_code == 401
    broken = APIClient(headers={"Authorization": "Basic §§§"}, raise_request_exception=False)
    assert form(broken, TOKEN).status_code == 401
    # It opens the door of tokens, no other.
    header = f"Basic {base64.b64encode(f'{issued.key.app_id}:{issued.token}'.encode()).decode()}"
    assert APIClient(headers={"Authorization": header}).get(LIST).status_code == 401


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({}, "invalid_grant_type"),
        ({"grant_type": "password", "scope": "api"}, "invalid_grant_type"),
        ({"grant_type": "client_credentials"}, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": " "}, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "api everything"}, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "management"}, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "oauth"}, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "API"}, "invalid_scope"),
    ],
)
def test_what_is_refused(fields: dict[str, str], key: str, issued: IssuedKey) -> None:
    answer = form(caller(issued), TOKEN, **fields)

    assert (answer.status_code, answer.json()["key"]) == (400, key)
    assert not OAuthToken.objects.exists()


@pytest.mark.parametrize(
    "body", [b"a=%00", b"a=1&a=2", b"\xff", b"a=%ff", b"&".join(b"x%d=1" % n for n in range(30))]
)
def test_broken_forms(body: bytes, issued: IssuedKey) -> None:
    answer = caller(issued).generic(
        "POST", TOKEN, body, content_type="application/x-www-form-urlencoded; charset=utf-8"
    )

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    odd = caller(issued).generic(
        "POST", TOKEN, body, content_type="application/x-www-form-urlencoded; charset=x"
    )
    assert odd.status_code == 415


def test_it_ends_after_a_quarter_of_an_hour(issued: IssuedKey) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        token = got(issued)
        clock.shift(899)
        assert bearer(token).get(LIST).status_code == 200
        assert form(caller(issued), INTROSPECT, access_token=token).json()["expires_in"] == 1
        clock.shift(1)

        refused = bearer(token).get(LIST)

        assert (refused.status_code, refused.json()["key"]) == (401, "unauthorized")
        assert form(caller(issued), INTROSPECT, access_token=token).json() == {"active": False}
        assert prune_oauth_tokens() == 0
        clock.shift(timedelta(days=1, seconds=1))
        assert prune_oauth_tokens() == 1


def test_its_scopes_are_its_limits(issued: IssuedKey) -> None:
    client = bearer(got(issued, "metadata-schemas"))

    assert client.get(LIST).status_code == 200
    refused = client.get("/v1/vouchers")
    assert (refused.status_code, refused.json()["key"]) == (403, "missing_required_permission")
    assert refused.json()["details"] == "The token lacks the scope api or vouchers."
    assert bearer(got(issued, "client_api")).get(LIST).status_code == 403
    for path in (TOKEN, INTROSPECT, "/management/v1/projects"):
        assert bearer(got(issued)).post(path).status_code == 401


def test_the_rights_are_the_keys(issued: IssuedKey) -> None:
    token = got(issued)
    ApiKey.objects.update(role=Role.VIEWER)

    assert bearer(token).get(LIST).status_code == 200
    assert bearer(token).post("/v1/categories", {"name": "A", "hierarchy": 1}).status_code == 403


@pytest.mark.parametrize("harm", ["blocked", "expired"])
def test_with_the_key_go_its_tokens(harm: str, issued: IssuedKey) -> None:
    token = got(issued)
    ApiKey.objects.update(**{f"{harm.replace('expired', 'expires')}_at": timezone.now()})

    assert bearer(token).get(LIST).status_code == 401


def test_a_new_secret_leaves_tokens_alone(issued: IssuedKey) -> None:
    token = got(issued)
    for _ in range(2):
        api_keys.rotate(key_id=issued.key.pk, actor=SYSTEM, now=timezone.now())

    assert caller(issued).get(LIST).status_code == 401
    assert bearer(token).get(LIST).status_code == 200


def test_addresses_of_the_key(issued: IssuedKey) -> None:
    token = got(issued)
    ApiKey.objects.update(allowed_addresses=["192.0.2.7"])

    assert bearer(token).get(LIST).status_code == 403
    assert bearer(token).get(LIST, REMOTE_ADDR="192.0.2.7").status_code == 200
    assert form(caller(issued), TOKEN, grant_type="client_credentials", scope="api").status_code == 403


def test_introspection_knows_only_the_keys_own(issued: IssuedKey) -> None:
    token = got(issued, "vouchers campaigns")
    other = api_keys.create(name="Other", actor=SYSTEM, now=timezone.now())

    told = form(caller(issued), INTROSPECT, access_token=token).json()

    assert (told["active"], told["scope"], told["access_token"]) == (True, "vouchers campaigns", token)
    assert sorted(told) == [
        "access_token",
        "active",
        "client_id",
        "expires_at",
        "expires_in",
        "scope",
        "token_type",
    ]
    assert form(caller(issued), INTROSPECT, token=token).json() == told
    assert form(caller(other), INTROSPECT, access_token=token).json() == {"active": False}
    assert form(caller(issued), INTROSPECT, access_token="foa_never").json() == {"active": False}
    for path in (INTROSPECT, REVOKE):
        missing = form(caller(issued), path)
        assert (missing.status_code, missing.json()["key"]) == (400, "missing_parameters")


def test_revocation(issued: IssuedKey) -> None:
    token, kept = got(issued), got(issued)
    other = api_keys.create(name="Other", actor=SYSTEM, now=timezone.now())

    assert form(caller(other), REVOKE, access_token=token).status_code == 404
    assert bearer(token).get(LIST).status_code == 200
    assert form(caller(issued), REVOKE, access_token=token).status_code == 204
    assert form(caller(issued), REVOKE, access_token=token).status_code == 204

    assert bearer(token).get(LIST).status_code == 401
    assert bearer(kept).get(LIST).status_code == 200
    assert AuditEntry.objects.filter(action="oauth_token.revoked").count() == 1
    assert form(caller(issued), REVOKE, access_token="foa_never").status_code == 404


def test_a_thousand_tokens_of_a_key_and_no_more(issued: IssuedKey, monkeypatch: Any) -> None:
    monkeypatch.setattr(oauth_tokens, "MAX_LIVE", 2)
    first = got(issued)
    got(issued)

    refused = form(caller(issued), TOKEN, grant_type="client_credentials", scope="api")

    assert (refused.status_code, refused.json()["key"]) == (429, "too_many_oauth_tokens")
    assert 890 <= int(refused["Retry-After"]) <= 901
    other = api_keys.create(name="Other", actor=SYSTEM, now=timezone.now())
    got(other)
    form(caller(issued), REVOKE, access_token=first)
    got(issued)
    assert oauth_tokens.MAX_LIVE == 2


def test_who_acted_is_the_key(issued: IssuedKey) -> None:
    client = bearer(got(issued))
    client.credentials(HTTP_X_VOUCHERIFY_CHANNEL="till")

    assert client.post("/v1/categories", {"name": "Shoes", "hierarchy": 1}).status_code == 200

    entry = AuditEntry.objects.get(action="category.created")
    assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("api_key", issued.key.app_id, "Web shop")
    assert (entry.actor_role, entry.channel) == ("ADMIN", "till")


def test_key_and_token_share_idempotency_keys(issued: IssuedKey) -> None:
    token, header = got(issued), {"Idempotency-Key": "one"}
    body = {"event": "cart_left", "customer": {"source_id": "anna"}}
    by_key = caller(issued)
    by_key.default_format = "json"

    first = by_key.post("/v1/events", body, headers=header)
    again = bearer(token).post("/v1/events", body, headers=header)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again["Idempotent-Replayed"] == "true"


def test_in_the_client_api_a_token_is_a_client_with_the_limits_of_its_key(issued: IssuedKey) -> None:
    client = bearer(got(issued, "client_qualifications client_events"))
    window = {"headers": {"Origin": "https://anywhere.example"}}

    allowed = client.post("/client/v1/qualifications", {"scenario": "ALL"}, **window)
    refused = client.post("/client/v1/validations", {}, **window)

    assert allowed.status_code == 200
    assert allowed["Access-Control-Allow-Origin"] == "https://anywhere.example"
    assert "Authorization" in allowed["Access-Control-Allow-Headers"]
    assert (refused.status_code, refused.json()["key"]) == (403, "missing_required_permission")
    ApiKey.objects.update(role=Role.VIEWER)
    assert client.post("/client/v1/qualifications", {}, **window).status_code == 403


def test_a_call_by_token_costs_no_more_queries(issued: IssuedKey, count_queries: Any) -> None:
    client, token = caller(issued), bearer(got(issued))
    client.get(LIST)

    assert count_queries(lambda: token.get(LIST)) == count_queries(lambda: client.get(LIST))
