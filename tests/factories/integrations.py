"""Rows of `integrations` for tests."""

from __future__ import annotations

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from integrations.models import AsyncAction

CREATED_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class AsyncActionFactory(DjangoModelFactory[AsyncAction]):
    class Meta:
        model = AsyncAction

    type = "CUSTOMERS.BULK_UPDATE"
    actor_kind = "api_key"
    actor_id = "key"
    actor_label = "Shop"
    actor_role = "ADMIN"
    channel = "API"
    request_id = factory.Sequence(lambda n: f"v-{n:018x}")
    created_at = CREATED_AT
