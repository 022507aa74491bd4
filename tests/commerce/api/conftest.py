"""Fixtures for endpoint tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from rest_framework.test import APIClient

from tests.commerce.api.doors import check_doors


@pytest.fixture
def doors(
    api: APIClient, anonymous: APIClient, api_as: Callable[[str], APIClient], client_api: APIClient
) -> Callable[[str, Iterable[str]], None]:
    """`doors(url, ["GET"])` checks keys, rights and methods of one path."""
    return lambda url, methods: check_doors(
        url, methods, api=api, anonymous=anonymous, api_as=api_as, client_api=client_api
    )
