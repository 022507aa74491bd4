"""Pages of what has versions: the way back to one, changes for later, what waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from approvals.models import ApprovalRequest
from approvals.selectors import requests as known_requests
from approvals.services import requests, scheduling
from core import words
from core.admin.base import ModelAdmin, staff_actor
from core.admin.dialogs import DialogsMixin
from core.admin.pages import Panel
from core.errors import NotFound
from promotions import terms
from promotions.admin import version_panel, waiting_panel
from promotions.admin.forms.versions import TAKES_EFFECT, DifferenceForm, timed
from promotions.models import Version
from promotions.selectors import versions
from promotions.services import reverting
from promotions.version_words import Speaker

_OF_RULES: Final = (
    "Conditions come back as the ones that it had, with what they say today. What they said then is on their "
    "own page."
)


class VersionedMixin(DialogsMixin, ModelAdmin):
    """For campaigns, tiers, codes, conditions and budgets."""

    class Media:
        css: ClassVar = {"all": ("promotions/versions.css",)}

    no_versions: ClassVar[str] = "No version yet."
    belongings: ClassVar[tuple[str, ...]] = ()
    """Types of what else requests may be about that name its id."""

    def waits_about(self, obj: Any) -> tuple[str, str]:
        """The type and id that requests about it name."""
        return str(terms.kind_of(type(obj)).subject), obj.public_id

    def version_panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        """What comes, and what was."""
        actor, now = staff_actor(request), timezone.now()
        withdraw, back = self._address(obj, "withdraw"), self._address(obj, "revert")
        return [
            waiting_panel.panel(self.waits_about(obj), withdraw, actor, now, belongings=self.belongings),
            version_panel.panel(
                obj,
                empty=self.no_versions,
                back_url=back if self.has_change_permission(request, obj) else "",
            ),
        ]

    # Changes for later ------------------------------------------------------------------------------------
    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if self._can_wait(request, obj):
            kwargs["form"] = timed(kwargs.get("form") or self.form)
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        found = super().get_fieldsets(request, obj)
        if not self._can_wait(request, obj):
            return found
        return [*found, ("When", {"fields": (TAKES_EFFECT,)})]

    def _can_wait(self, request: HttpRequest, obj: Any) -> bool:
        """Whether the page is the form of something that is in force: drafts reach nobody yet."""
        return (
            obj is not None
            and not getattr(obj, "is_draft", False)
            and self.has_change_permission(request, obj)
        )

    def postponed(self, request: HttpRequest, form: ModelForm, operation: str, **arguments: Any) -> bool:
        """Whether the form says when: then its change is filed for that time instead of being made.

        :raises DomainError: as the operation.
        """
        effective_at = form.cleaned_data.get(TAKES_EFFECT)
        if effective_at is None:
            return False
        request.planned = scheduling.propose(  # type: ignore[attr-defined]
            operation=operation,
            arguments=arguments,
            effective_at=effective_at,
            actor=staff_actor(request),
            now=timezone.now(),
        )
        return True

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        planned: ApprovalRequest | None = getattr(request, "planned", None)
        if planned is None:
            return super().response_change(request, obj)
        waits = " and waits for approval" if planned.state == ApprovalRequest.State.PENDING else ""
        self.message_user(
            request,
            format_html(
                'Nothing is changed yet. The change takes effect on {}{}. <a class="fanfare-link" href="{}">'
                "Open the request</a>",
                words.when(planned.effective_at),
                waits,
                requests.page(planned),
            ),
            messages.SUCCESS,
        )
        if unaware := list(scheduling.made_without(planned)):
            titles = ", ".join(words.when(one.effective_at) for one in unaware)
            text = f"Later changes do not know of it and will have to be proposed anew: those of {titles}."
            self.message_user(request, text, messages.WARNING)
        return HttpResponseRedirect(f"{self.url_of(obj)}#waiting")

    # Dialogs ----------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=self._url_name(name).removeprefix("admin:"),
            )
            for name, view in (("revert", self.revert_view), ("withdraw", self.withdraw_view))
        ]
        return [*own, *super().get_urls()]

    def revert_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Back to the version of the address: the difference in words, then the change."""
        obj = self.found(request, object_id)
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        number = request.GET.get("version", "")
        wanted = (
            versions.of(obj).filter(number=int(number)).first()
            if number.isascii() and number.isdigit()
            else None
        )
        if wanted is None:
            return HttpResponseRedirect(self.url_of(obj))

        def bring_back() -> str:
            reverting.revert(
                subject=Version.Subject(wanted.subject_type),
                subject_id=obj.pk,
                number=wanted.number,
                actor=staff_actor(request),
                now=timezone.now(),
            )
            return f"{obj} is as in version {wanted.number} again."

        title = f"Go back to version {wanted.number}?"
        text = f"From {words.when(wanted.created_at)}. Orders that were placed meanwhile stay as they are."
        return self._dialog(request, obj, title, text, "Go back", lambda _: _back(obj, wanted), bring_back)

    def withdraw_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a waiting change back. Who may, the service decides."""
        obj = self.found(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        try:
            asked = known_requests.get(request.GET.get("request", ""))
        except NotFound:
            return HttpResponseRedirect(self.url_of(obj))

        def withdraw() -> str:
            requests.withdraw(request_id=asked.pk, actor=staff_actor(request), now=timezone.now())
            return "The change is withdrawn."

        text = "It will not take place. Changes that were planned for after it have to be proposed anew."
        show = {"title": waiting_panel.what(asked)}
        return self._dialog(request, obj, "Withdraw this change?", text, "Withdraw", lambda _: show, withdraw)

    def _dialog(
        self,
        request: HttpRequest,
        obj: Any,
        title: str,
        description: str,
        submit: str,
        show: Callable[[HttpRequest], dict[str, Any]],
        do: Callable[[], str],
    ) -> HttpResponse:
        form = DifferenceForm(data=request.POST or None, request=request, object_id=obj.pk, show=show)
        if not form.is_valid():
            context = {"dialog": {"title": title, "description": description}, "form": form}
            return render(request, "unfold/helpers/dialog.html", {**context, "form_submit_text": submit})
        return self.carried_out(request, obj, do)

    def _address(self, obj: Any, name: str) -> str:
        return reverse(self._url_name(name), args=[obj.pk])


def _back(obj: Any, wanted: Version) -> dict[str, Any]:
    """What would be otherwise than now, as the template of the dialog wants it."""
    newest = versions.of(obj)[0]
    lines = {} if newest == wanted else Speaker([newest, wanted]).changes(wanted, newest)
    has_rule = "validation_rule_id" in {**newest.content, **wanted.content}
    return {"lines": lines, "note": _OF_RULES if has_rule else ""}
