"""Who works in single areas changes only what applies wholly within them; the rest he reads."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from core import places
from promotions.models import Campaign


class InPlacesMixin:
    """For campaigns and what belongs to one. The gate before the services decides again."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_his(obj) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_his(obj) and super().has_delete_permission(request, obj)  # type: ignore[misc]

    def _is_his(self, obj: Any) -> bool:
        """`obj` is a row, or its key in an address; None: any."""
        limit = places.limit()
        if limit is None or obj is None:
            return True
        if isinstance(obj, str | int):
            obj = self.model._default_manager.filter(pk=obj).first()  # type: ignore[attr-defined]
        campaign = obj if isinstance(obj, Campaign) else getattr(obj, "campaign", None)
        return campaign is not None and limit.contains(campaign.places)
