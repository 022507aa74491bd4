"""Rows that tell of something by its kind and id: who is limited to places sees those of things in reach.

The floors above say which kinds there are (`core.places.register`); what nobody spoke of stays hidden.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core import places


class ByKind[Row: models.Model](models.Manager[Row]):
    kind: ClassVar[str] = "entity_type"
    id: ClassVar[str] = "entity_id"

    def get_queryset(self) -> models.QuerySet[Row]:
        rows = super().get_queryset()
        return rows if places.limit() is None else rows.filter(self._in_reach())

    def _in_reach(self) -> Q:
        kinds = places.kinds()
        found = Q(**{f"{self.kind}__in": [kind for kind, ids in kinds.items() if ids is None]})
        for kind, ids in kinds.items():
            if ids is not None:
                found |= Q(**{self.kind: kind, f"{self.id}__in": ids()})
        return found


class ByResource[Row: models.Model](ByKind[Row]):
    kind = "resource_type"
    id = "resource_id"
