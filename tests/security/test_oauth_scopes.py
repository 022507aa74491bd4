"""A bearer token opens the routes of its scopes, and no other (contract: data file 20)."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from core.actors import Actor
from core.models import ApiKey, OAuthToken, ProjectSettings
from core.oauth_scopes import SCOPES, opens
from core.services import api_keys
from tests.security.routes import Route
from tests.security.test_api_access import EXPECTED, METHODS, ROUTES, call, verdict

TOKEN: Final = "foa_" + "t" * 43
# Which scope opens a route besides `api` and `client_api`. None: no token opens it.
NAMED: Final = {
    "v1/redemptions/<redemption_id>/rollback": "redemptions",
    "v1/vouchers/<code>/redemption": "vouchers",
    "v1/promotions/tiers/<tier_id>/redemption": "promotions",
    "v1/products/<product_id>/skus": "products",
    "v1/skus/<sku_id>": "skus",
    "v1/validation-rules/<validation_rule_id>/assignments": "validation-rules",
    "v1/validation-rules-assignments": "validation-rules-assignments",
    "v1/metadata-schemas/<resource>": "metadata-schemas",
    "client/v1/promotions/tiers": "client_promotions",
    "client/v1/redeem": "client_redeem",
    "v1/oauth/token": None,
    "v1/oauth/token/revoke": None,
    "management/v1/projects/<project_id>": None,
}
HAS_KEYS: Final = {pattern: route for pattern, route in ROUTES.items() if "open" not in EXPECTED[pattern]}


def scope_of(pattern: str) -> str | None:
    """The contract's rule: the first segment of the path, in the client API with `client_` before it."""
    api, _, rest = pattern.removeprefix("client/").partition("/")
    if pattern.startswith(("management/", "v1/oauth/")):
        return None
    assert api == "v1"
    prefix = "client_" if pattern.startswith("client/") else ""
    return prefix + rest.partition("/")[0]


def everything_of(pattern: str) -> str:
    return "client_api" if pattern.startswith("client/") else "api"


@pytest.fixture
def token(db: None) -> OAuthToken:
    ProjectSettings.objects.update(
        client_redeem_enabled=True, client_events_enabled=True, client_publish_enabled=True
    )
    now = timezone.now()
    key = api_keys.create(name="Till", actor=Actor.system("tests"), now=now).key
    ApiKey.objects.update(is_integration=True)
    return OAuthToken.objects.create(
        key=key,
        token_hash=api_keys.hash_token(TOKEN),
        scopes=[],
        created_at=now,
        expires_at=now.replace(year=now.year + 1),
    )


def called(route: Route, token: OAuthToken, scopes: set[str]) -> str:
    OAuthToken.objects.filter(pk=token.pk).update(scopes=sorted(scopes))
    client = APIClient(
        headers={"Authorization": f"Bearer {TOKEN}", "Origin": "https://shop.example"},
        raise_request_exception=False,
    )
    served = next(m for m, level in zip(METHODS, EXPECTED[route.pattern], strict=True) if level != "-")
    return verdict(call(client, served, route))


def test_the_rule_says_what_the_contract_says() -> None:
    assert {pattern: scope_of(pattern) for pattern in NAMED} == NAMED


def test_every_route_has_a_scope_that_exists() -> None:
    scopes = {scope_of(pattern) for pattern in HAS_KEYS} - {None}

    assert scopes <= SCOPES


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_what_one_scope_opens(scope: str) -> None:
    opened = {pattern for pattern in HAS_KEYS if opens({scope}, "/" + pattern)}

    assert opened == {
        pattern
        for pattern in HAS_KEYS
        if (named := scope_of(pattern)) is not None and scope in {named, everything_of(pattern)}
    }


@pytest.mark.parametrize("pattern", sorted(HAS_KEYS))
def test_the_door_asks_for_the_scope(pattern: str, token: OAuthToken) -> None:
    named, route = scope_of(pattern), HAS_KEYS[pattern]
    its_own: set[Any] = {named, everything_of(pattern)}

    if named is None:
        assert called(route, token, set(SCOPES)) == "unknown"
    else:
        assert called(route, token, set(SCOPES) - its_own) == "refused"
        assert called(route, token, {named}) == "inside"
        assert called(route, token, {everything_of(pattern)}) == "inside"
