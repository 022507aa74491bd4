"""Buttons that codes and tiers share: enable, disable, delete. Each asks first, by POST."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core import words
from core.admin.base import reported
from core.admin.dialogs import Done, EnablingMixin

MOST_AT_ONCE: Final = 500


class SwitchesMixin(EnablingMixin):
    """Subclasses say how: `switch()` and `put_away()` call one service each."""

    actions = ("enable_chosen", "disable_chosen")
    actions_detail = ("enable", "disable", "put_away_action")

    def switch(self, request: HttpRequest, pk: int, is_active: bool) -> None:
        raise NotImplementedError

    def put_away(self, request: HttpRequest, pk: int) -> None:
        raise NotImplementedError

    def has_bin_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "delete")  # type: ignore[attr-defined, no-any-return]

    @admin.action(description="Enable the chosen ones", permissions=["change"])
    def enable_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._switch_all(request, queryset, True)

    @admin.action(description="Disable the chosen ones", permissions=["change"])
    def disable_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._switch_all(request, queryset, False)

    @action(
        description="Enable",
        icon="play_circle",
        permissions=["change"],
        dialog={
            "title": "Enable it?",
            "description": "Within its dates it can be redeemed at once.",
            "form_submit_text": "Enable",
        },
    )
    def enable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._switched(request, object_id, True)

    @action(
        description="Disable",
        icon="pause_circle",
        permissions=["change"],
        dialog={
            "title": "Disable it?",
            "description": "It cannot be redeemed until it is enabled again.",
            "form_submit_text": "Disable",
        },
    )
    def disable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._switched(request, object_id, False)

    @action(
        description="Delete",
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["bin"],
        dialog={
            "title": "Delete it?",
            "description": "It cannot be redeemed any more. Past redemptions stay readable.",
            "form_submit_text": "Delete",
        },
    )
    def put_away_action(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(row: Any) -> str:
            self.put_away(request, row.pk)
            return f"{row} is deleted."

        return self.confirmed(request, object_id, do, leaves=True)

    def _switch_all(self, request: HttpRequest, queryset: QuerySet[Any], is_active: bool) -> None:
        rows = list(queryset[: MOST_AT_ONCE + 1])
        if len(rows) > MOST_AT_ONCE:
            text = f"Choose {MOST_AT_ONCE} at most, or disable the whole campaign. Nothing was changed."
            self.message_user(request, text, messages.ERROR)  # type: ignore[attr-defined]
            return
        switched = 0
        for row in rows:
            with reported(self, request, row):  # type: ignore[arg-type]
                self.switch(request, row.pk, is_active)
                switched += 1
        if switched:
            word = "enabled" if is_active else "disabled"
            text = f"{words.count(switched, 'is', 'are')} {word}."
            self.message_user(request, text, messages.SUCCESS)  # type: ignore[attr-defined]

    def _switched(self, request: HttpRequest, object_id: str, is_active: bool) -> HttpResponse:
        def do(row: Any) -> Done:
            self.switch(request, row.pk, is_active)
            said = f"{row} is {'enabled' if is_active else 'disabled'}."
            return Done(said=said, undo=self.button("disable" if is_active else "enable", row))

        return self.confirmed(request, object_id, do)
