from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from approvals.admin import inbox, posts, request_page
from approvals.models import ApprovalRequest
from core import words
from core.admin.base import ReadOnlyAdmin, staff_actor, tell_refusal
from core.errors import DomainError


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(ReadOnlyAdmin):
    """What waits for a yes, and what became of it."""

    resource = "approvals"
    list_display = ("state_label", "what", "who", "stage_words", "since", "due")
    list_display_links = None
    list_filter = (
        ("state", ChoicesDropdownFilter),
        inbox.OperationFilter,
        ("requester_label", inbox.RequesterFilter),
    )
    list_before_template = "approvals/admin/inbox_head.html"
    search_fields = ("title", "target_label", "requester_label", "reason", "public_id__exact")
    search_help_text = "A part of what it is about, of the reason or of who asked, or the request's whole id."

    class Media:
        css = {"all": ["approvals/approvals.css"]}  # noqa: RUF012
        js = ["approvals/approvals.js"]  # noqa: RUF012

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return inbox.InboxList

    def get_ordering(self, request: HttpRequest) -> Any:
        return inbox.ordering(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """All requests about one thing, for the links that lead to them."""
        return lookup in {"target_type", "target_id"} or super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {"title": "Approvals inbox", "tabs": inbox.tabs(request)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    @display(description="State", ordering="state")
    def state_label(self, obj: ApprovalRequest) -> str:
        return inbox.state_label(obj)

    @display(description="What", ordering="title")
    def what(self, obj: Any) -> str:
        return inbox.title(obj)

    @display(description="Asked by", ordering="requester_label")
    def who(self, obj: ApprovalRequest) -> str:
        return obj.requester_label

    @display(description="Stage")
    def stage_words(self, obj: Any) -> str:
        return inbox.stage_words(obj)

    @display(description="Waits since", ordering="created_at")
    def since(self, obj: ApprovalRequest) -> str:
        return words.when(obj.created_at)

    @display(description="Due", ordering="due_at")
    def due(self, obj: ApprovalRequest) -> str:
        return inbox.due(obj, timezone.now())

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(require_POST(self._post(post))),
                name=f"approvals_approvalrequest_{name}",
            )
            for name, post in posts.POSTS.items()
        ]
        return [*own, *super().get_urls()]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page of one request. What it offers is sent to addresses of its own."""
        if object_id is None or request.method != "GET":
            raise PermissionDenied
        return self._page(request, self._request(request, object_id))

    def _post(self, post: posts.Post) -> Callable[[HttpRequest, str], HttpResponse]:
        """Do it; a refusal is said on the page, which keeps what was typed."""

        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            obj = self._request(request, object_id)
            try:
                said = post(obj, request.POST, staff_actor(request), timezone.now())
            except DomainError as error:
                tell_refusal(self, request, error)
                return self._page(request, self._request(request, object_id))
            self.message_user(request, said, messages.SUCCESS)
            return HttpResponseRedirect(self.url_of(obj))

        return view

    def _request(self, request: HttpRequest, object_id: str) -> ApprovalRequest:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found: ApprovalRequest = self.found(request, unquote(object_id))
        return found

    def _page(self, request: HttpRequest, obj: ApprovalRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            **request_page.context(request, obj, timezone.now()),
            "opts": self.opts,
            "original": obj,
            "title": obj.title,
            "typed": request.POST,
        }
        return TemplateResponse(request, "approvals/admin/request.html", context)
