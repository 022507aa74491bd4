"""What is the same for every endpoint: who gets in, and with which methods."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rest_framework.test import APIClient

READERS = ("VIEWER", "MERCHANT")


def calls(client: APIClient, method: str, url: str, body: Any = None) -> Any:
    send: Callable[..., Any] = getattr(client, method.lower())
    return send(url) if body is None else send(url, body)


def check_doors(
    url: str,
    methods: Iterable[str],
    *,
    api: APIClient,
    anonymous: APIClient,
    api_as: Callable[[str], APIClient],
    client_api: APIClient,
) -> None:
    """Without a server key 401, a viewer may only read (403), other methods are refused with 405."""
    viewer = api_as("VIEWER")
    for method in methods:
        for stranger in (anonymous, client_api):
            answer = calls(stranger, method, url)
            assert (answer.status_code, answer.json()["key"]) == (401, "unauthorized"), method
        if method != "GET":
            answer = calls(viewer, method, url)
            assert (answer.status_code, answer.json()["key"]) == (403, "missing_required_permission"), method
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(methods):
        answer = calls(api, method, url)
        assert (answer.status_code, answer.json()["key"]) == (405, "method_not_allowed"), method


def check_not_found(answer: Any, resource_type: str, resource_id: str) -> None:
    body = answer.json()
    assert answer.status_code == 404
    assert body["key"] == "not_found"
    assert (body["resource_type"], body["resource_id"]) == (resource_type, resource_id)
