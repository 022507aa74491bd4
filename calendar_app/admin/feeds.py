"""Feeds: the secret addresses from which other calendars read ours."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from calendar_app.admin.calendar.filters import FilterForm
from calendar_app.admin.calendar.question import FILTERS
from calendar_app.admin.forms.feeds import FeedForm
from calendar_app.models import Feed
from calendar_app.selectors import feeds as known
from calendar_app.services import feeds
from calendar_app.services.feeds import IssuedFeed
from core import words
from core.actors import Role
from core.admin.base import (
    ModelAdmin,
    adopt,
    htmx_redirect,
    reported,
    staff_actor,
    staff_allows,
    staff_role,
    tell_refusal,
)
from core.errors import DomainError

LIVE, REVOKED, UNREAD = "Read", "Revoked", "Not read yet"


@admin.register(Feed)
class FeedAdmin(ModelAdmin):
    """Everybody has his own. Administrators see and revoke all of them, and read none."""

    resource = "calendar_feeds"
    form = FeedForm
    empty_hint = (
        "A feed puts the promotion calendar into the one you use already (Outlook, Google, Apple) or onto a "
        "screen. “Add” makes its address."
    )
    list_display = ("name", "owned_by", "shown", "state", "last_read_at", "created_at")
    ordering = ("-created_at", "-pk")
    readonly_fields = ("state", "owned_by", "address", "last_read_at", "created_at")
    fieldsets: ClassVar = (
        (None, {"fields": ("name", "shows", "with_drafts", "with_days", "looked_at")}),
        ("Use", {"fields": ("state", "owned_by", "address", "last_read_at", "created_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("name", "shows", "with_drafts", "with_days", "looked_at"),
                "description": "The address is shown once, after saving. Whoever has it sees what you see "
                "here, without signing in, until you revoke it.",
            },
        ),
    )
    actions_detail = ("renew", "revoke")

    # Rights: who sees campaigns has feeds of his own -----------------------------------------------------
    def allows(self, request: HttpRequest, action: str) -> bool:
        return staff_allows(request.user, "campaigns.read")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A revoked one and somebody else's are only looked at. Buttons ask with the key of a row alone."""
        may = super().has_change_permission(request, obj)
        is_his = not isinstance(obj, Feed) or (obj.owner_id == request.user.pk and obj.revoked_at is None)
        return may and is_his

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if request.method == "POST" and object_id is not None and not self._is_own(request, object_id):
            raise PermissionDenied
        return super().changeform_view(request, object_id, *args, **kwargs)

    def _is_own(self, request: HttpRequest, object_id: str) -> bool:
        found = self.get_object(request, object_id)
        return found is not None and found.owner_id == request.user.pk

    def has_delete_permission(self, request: HttpRequest, obj: Feed | None = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feed]:
        if staff_role(request.user) == Role.ADMIN:
            return known.everybodys()
        return known.of(request.user.pk or 0)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """A filter on a hidden hash would tell it letter by letter."""
        return "token" not in lookup and super().lookup_allowed(lookup, value, request)

    # List and page ----------------------------------------------------------------------------------------
    @display(description="Of", ordering="owner__username")
    def owned_by(self, feed: Feed) -> str:
        return feed.owner.get_full_name() or feed.owner.get_username()

    @display(description="Shows")
    def shown(self, feed: Feed) -> str:
        """Which filters it has; its page says their values, which lists would have to look up."""
        labels = [str(FilterForm.base_fields[name].label) for name in feed.filters if name in FILTERS]
        what = gettext("The whole calendar")
        if labels:
            what = gettext("A part of it, by %(filters)s") % {"filters": ", ".join(labels)}
        return f"{what}, {gettext('with drafts')}" if feed.with_drafts else what

    @display(description="State", label={LIVE: "success", REVOKED: "danger", UNREAD: "info"})
    def state(self, feed: Feed) -> str:
        if feed.revoked_at is not None:
            return REVOKED
        return UNREAD if feed.last_read_at is None else LIVE

    @display(description="Address ends in")
    def address(self, feed: Feed) -> str:
        return f"…{feed.token_hint}" if feed.revoked_at is None else words.NOTHING

    def get_fieldsets(self, request: HttpRequest, obj: Feed | None = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            fields = ("name", "shown", "state", "owned_by", "address", "last_read_at", "created_at")
            return [(None, {"fields": fields})]
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Feed | None = None) -> Any:
        is_read_only = obj is not None and not self.has_change_permission(request, obj)
        return (*self.readonly_fields, "name", "shown") if is_read_only else self.readonly_fields

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.viewer = request.user.pk
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From the calendar's “Subscribe” people come with what they look at in the address."""
        query = request.GET.copy()
        for name in set(query) - set(FILTERS):
            del query[name]
        return {"name": gettext("Promotion calendar"), "looked_at": query.urlencode()}

    # What people do ---------------------------------------------------------------------------------------
    def save_model(self, request: HttpRequest, obj: Feed, form: FeedForm, change: bool) -> None:
        given = {
            **{name: form.cleaned_data[name] for name in ("name", "with_drafts", "with_days")},
            "filters": form.filters(),
            "actor": staff_actor(request),
            "now": timezone.now(),
        }
        if change:
            adopt(obj, feeds.change(feed_id=obj.pk, **given))
            return
        issued = feeds.create(owner_id=int(request.user.pk or 0), **given)
        request.issued = issued  # type: ignore[attr-defined]
        adopt(obj, issued.feed)

    def response_add(self, request: HttpRequest, obj: Feed, post_url_continue: Any = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Calendar feed made"),
            "opts": self.opts,
        }
        return self._shown_once(request, "calendar_app/admin/feed_issued.html", request.issued, context)  # type: ignore[attr-defined]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only the buttons that mean something for this feed. The services decide again."""
        feed = self.get_queryset(request).filter(pk=object_id, revoked_at=None).first()
        if feed is None:
            return []
        actions = super().get_actions_detail(request, object_id)
        is_own = feed.owner_id == request.user.pk
        return [found for found in actions if is_own or found.action_name.endswith("_revoke")]

    @action(
        description="New address",
        icon="link",
        permissions=["change"],
        dialog={
            "title": "Make a new address?",
            "description": "The one of today leads nowhere from then on: whoever reads it needs the new one.",
            "form_submit_text": "Make a new address",
        },
    )
    def renew(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        feed = self.found(request, object_id)
        try:
            issued = feeds.renew(feed_id=feed.pk, actor=staff_actor(request), now=timezone.now())
        except DomainError as error:
            tell_refusal(self, request, error, about=feed)
            return htmx_redirect(self.list_url())
        response = self._shown_once(request, "calendar_app/admin/feed_issued_dialog.html", issued, {})
        # The whole dialog is replaced: its button would make another address.
        response["HX-Retarget"] = response["HX-Reselect"] = "#dialog"
        return response

    @action(
        description="Revoke",
        icon="link_off",
        variant=ActionVariant.DANGER,
        permissions=["revoke"],
        dialog={
            "title": "Revoke this feed?",
            "description": "Calendars that read it are not brought up to date any more. That is final.",
            "form_submit_text": "Revoke",
        },
    )
    def revoke(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        feed = self.found(request, object_id)
        with reported(self, request, feed):
            feeds.revoke(feed_id=feed.pk, actor=staff_actor(request), now=timezone.now())
            self.message_user(request, gettext("%(feed)s is revoked.") % {"feed": feed}, messages.SUCCESS)
        return htmx_redirect(self.list_url())

    def _shown_once(
        self, request: HttpRequest, template: str, issued: IssuedFeed, context: dict[str, Any]
    ) -> HttpResponse:
        base = settings.FANFARE_URL.rstrip("/")
        ics = f"{base}{reverse('calendar_feed_ics', args=[issued.token])}"
        context = {
            **context,
            "feed": issued.feed,
            "ics_url": ics,
            "webcal_url": f"webcal:{ics.partition(':')[2]}",
            "json_url": f"{base}{reverse('calendar_feed_json', args=[issued.token])}",
            "feed_url": self.url_of(issued.feed),
        }
        return render(request, template, context)
