from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.fields import ArrayField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.contrib.forms.widgets import ArrayWidget
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core.admin.base import ModelAdmin, adopt, htmx_redirect, reported, staff_actor
from core.admin.places_field import PlacesField, access
from core.models import ApiKey
from core.services import api_keys


class ApiKeyForm(forms.ModelForm):
    works_in = PlacesField(
        label="Only these areas and stores",
        help_text="It sees and uses only what applies there. One store alone: whatever it sends happens in "
        "that store. Empty: everywhere, unless its role is that of a restricted user.",
    )

    class Meta:
        model = ApiKey
        fields = (
            "name",
            "kind",
            "role",
            "allowed_origins",
            "allowed_addresses",
            "is_integration",
            "expires_at",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["works_in"] = self.instance.places

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind") or self.instance.kind
        if (
            kind == ApiKey.Kind.CLIENT
            and not cleaned.get("allowed_origins")
            and "allowed_origins" not in self.errors
        ):
            self.add_error(
                "allowed_origins", "A client key works only from the origins that are listed here."
            )
        return cleaned


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):
    """Tokens are shown once, in the answer that made them: neither stored nor put into the session."""

    resource = "api_keys"
    empty_hint = "Shops, tills and apps call Fanfare with a key. Make one for each of them."
    is_for_admins = True
    form = ApiKeyForm
    list_display = ("name", "kind", "role", "token_end", "state", "last_used_at", "expires_at")
    list_filter = (("kind", ChoicesDropdownFilter), ("role", ChoicesDropdownFilter))
    search_fields = ("name", "app_id")
    ordering = ("name", "pk")
    readonly_fields = ("app_id", "token_end", "state", "last_used_at", "created_at", "updated_at")
    formfield_overrides = {ArrayField: {"widget": ArrayWidget}}  # noqa: RUF012
    actions_detail = ("rotate", "block", "unblock")
    add_fieldsets = (
        (None, {"fields": ("name", "kind", "role"), "description": "The token is shown once, after saving."}),
        ("Where it works", {"fields": ("works_in",)}),
        ("Limits", {"fields": ("allowed_origins", "allowed_addresses", "is_integration", "expires_at")}),
    )
    fieldsets = (
        (None, {"fields": ("name", "app_id", "kind", "token_end", "state", "role")}),
        ("Where it works", {"fields": ("works_in",)}),
        ("Limits", {"fields": ("allowed_origins", "allowed_addresses", "is_integration", "expires_at")}),
        ("Use", {"fields": ("last_used_at", "created_at", "updated_at")}),
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """A filter on a hidden hash would tell it letter by letter."""
        return "secret_hash" not in lookup and super().lookup_allowed(lookup, value, request)

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return (*self.readonly_fields, "kind") if obj else self.readonly_fields

    @display(description="Token ends in")
    def token_end(self, key: ApiKey) -> str:
        return f"…{key.secret_hint}"

    @display(description="State", label={"Active": "success", "Blocked": "danger", "Expired": "warning"})
    def state(self, key: ApiKey) -> str:
        if key.blocked_at is not None:
            return "Blocked"
        return "Active" if key.is_usable(timezone.now()) else "Expired"

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in form.changed_data if name != "works_in"}
        now = timezone.now()
        works_in = access(form.cleaned_data["works_in"]) if "works_in" in form.changed_data else None
        if change:
            saved = api_keys.change(
                key_id=obj.pk, changes=given, works_in=works_in, actor=staff_actor(request), now=now
            )
        else:
            columns = {name: value for name, value in form.cleaned_data.items() if name != "works_in"}
            issued = api_keys.create(**columns, works_in=works_in, actor=staff_actor(request), now=now)
            saved, request.issued = issued.key, issued  # type: ignore[attr-defined]
        adopt(obj, saved)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: Any = None) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": "API key made", "opts": self.opts}
        return self._shown_once(request, "core/admin/key_issued.html", request.issued, context)  # type: ignore[attr-defined]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only the buttons that mean something for this key. The services decide again."""
        useless = "unblock"
        if ApiKey.objects.filter(pk=object_id).exclude(blocked_at=None).exists():
            useless = "block"
        actions = super().get_actions_detail(request, object_id)
        return [found for found in actions if not found.action_name.endswith(f"_{useless}")]

    @action(
        description="New token",
        icon="key",
        permissions=["change"],
        dialog={
            "title": "Make a new token?",
            "description": "The token of today works for another 24 hours, so that callers can change over.",
            "form_submit_text": "Make a new token",
        },
    )
    def rotate(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        key = self.found(request, object_id)
        issued = api_keys.rotate(key_id=key.pk, actor=staff_actor(request), now=timezone.now())
        response = self._shown_once(request, "core/admin/key_issued_dialog.html", issued, {})
        # The whole dialog is replaced: its button would make another token.
        response["HX-Retarget"] = response["HX-Reselect"] = "#dialog"
        return response

    @action(
        description="Block",
        icon="block",
        variant=ActionVariant.DANGER,
        permissions=["change"],
        dialog={
            "title": "Block this key?",
            "description": "Calls with it are refused at once, until it is unblocked.",
            "form_submit_text": "Block",
        },
    )
    def block(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._set_blocked(request, object_id, True)

    @action(
        description="Unblock",
        icon="lock_open",
        permissions=["change"],
        dialog={
            "title": "Let this key in again?",
            "description": "Calls with it work at once.",
            "form_submit_text": "Unblock",
        },
    )
    def unblock(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._set_blocked(request, object_id, False)

    def _set_blocked(self, request: HttpRequest, object_id: str, blocked: bool) -> HttpResponse:
        with reported(self, request, "API key"):
            key = api_keys.set_blocked(
                key_id=self.found(request, object_id).pk,
                blocked=blocked,
                actor=staff_actor(request),
                now=timezone.now(),
            )
            words = "is blocked" if blocked else "works again"
            self.message_user(request, f"{key} {words}.", messages.SUCCESS)
        return htmx_redirect(self.list_url())

    def _shown_once(
        self, request: HttpRequest, template: str, issued: api_keys.IssuedKey, context: dict[str, Any]
    ) -> HttpResponse:
        context = {**context, "key": issued.key, "token": issued.token, "key_url": self.url_of(issued.key)}
        return render(request, template, context)
