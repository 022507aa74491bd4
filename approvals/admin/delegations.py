from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget

from approvals.models import Delegation
from approvals.services import delegations
from core import words
from core.admin.base import adopt, staff_actor, staff_allows
from core.admin.dialogs import DialogsMixin
from core.admin.pages import PageAdmin
from core.errors import InvalidPayload

_LABELS: Final = {".starts_at": "“From”", ".ends_at": "“Until”", ".stand_in": "“Who stands in”"}


def _for_people(details: str) -> str:
    """What the service says about properties, in the words of the form."""
    text = details.removeprefix("Property ")
    for name, label in _LABELS.items():
        text = text.replace(name, label)
    return text


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.get_username()


def _staff() -> QuerySet[User]:
    return User.objects.filter(is_active=True, is_staff=True).order_by("username")


class DelegationForm(forms.ModelForm):
    person = PersonField(
        label="Who is away", required=False, queryset=User.objects.none(), widget=UnfoldAdminSelectWidget
    )
    stand_in = PersonField(
        label="Who stands in",
        queryset=User.objects.none(),
        widget=UnfoldAdminSelectWidget,
        help_text=(
            "Decides about requests in that place, and is told of them. It does not pass on if the stand-in "
            "is away, too."
        ),
    )

    class Meta:
        model = Delegation
        fields = ("person", "stand_in", "starts_at", "ends_at")
        labels: ClassVar = {"starts_at": "From", "ends_at": "Until"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("person", "stand_in"):
            if name in self.fields:
                self.fields[name].queryset = _staff()  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The service checks; the row is not touched by the form."""


@admin.register(Delegation)
class DelegationAdmin(DialogsMixin, PageAdmin):
    """Absences: everybody with a role sees who is away, and says so for himself."""

    form = DelegationForm
    empty_hint = "Who is away names somebody who decides about requests in that place."
    list_display = ("who", "deputy", "time", "state")
    ordering = ("-ends_at", "-pk")
    sortable_by = ()
    actions_detail = ("end",)
    readonly_fields = ("who", "deputy", "time")

    # Rights -----------------------------------------------------------------------------------------------
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff_allows(request.user, "approvals.read")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Delegation | None = None) -> bool:
        """What is over stays as it was."""
        if obj is None:
            return self.has_view_permission(request)
        is_over = obj.ends_at <= timezone.now()
        return not is_over and delegations.may_set(obj.person_id, staff_actor(request))

    def has_end_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        row = self.get_object(request, str(obj))
        return row is not None and self.has_change_permission(request, row)

    # List -------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Delegation]:
        return super().get_queryset(request).select_related("person", "stand_in")

    @display(description="Who is away")
    def who(self, row: Delegation) -> str:
        return row.person.get_full_name() or row.person.get_username()

    @display(description="Who stands in")
    def deputy(self, row: Delegation) -> str:
        return row.stand_in.get_full_name() or row.stand_in.get_username()

    @display(description="Time")
    def time(self, row: Delegation) -> str:
        return f"{words.when(row.starts_at)} – {words.when(row.ends_at)}"

    @display(description="State")
    def state(self, row: Delegation) -> SafeString:
        now = timezone.now()
        if row.ends_at <= now:
            return words.label("Over")
        return words.label("Away now", "warning") if row.starts_at <= now else words.label("To come", "info")

    # Page -------------------------------------------------------------------------------------------------
    def title(self, obj: Any) -> str:
        return f"{self.who(obj)} is away"

    def sections(self, request: HttpRequest, obj: Delegation | None = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return ((None, {"fields": ("who", "deputy", "time")}),)
        may_choose = obj is None and self._may_choose(request)
        return ((None, {"fields": ("person" if may_choose else "who", "stand_in", "starts_at", "ends_at")}),)

    def get_fieldsets(self, request: HttpRequest, obj: Delegation | None = None) -> Any:
        sections = super().get_fieldsets(request, obj)
        if obj is None:
            # There is no row yet whose person could be shown.
            sections = [
                (title, {**more, "fields": [name for name in more["fields"] if name != "who"]})
                for title, more in sections
            ]
        return sections

    def _may_choose(self, request: HttpRequest) -> bool:
        return staff_allows(request.user, "approvals.configure")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"person": request.user.pk, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Delegation, form: Any, change: bool) -> None:
        given: dict[str, Any] = {
            "stand_in_id": form.cleaned_data["stand_in"].pk,
            "starts_at": form.cleaned_data["starts_at"],
            "ends_at": form.cleaned_data["ends_at"],
            "actor": staff_actor(request),
            "now": timezone.now(),
        }
        try:
            if change:
                saved = delegations.update(delegation_id=obj.pk, **given)
            else:
                chosen = form.cleaned_data.get("person") if self._may_choose(request) else None
                person: Any = chosen or request.user
                saved = delegations.create(person_id=person.pk, **given)
        except InvalidPayload as refusal:
            refusal.details = _for_people(refusal.details)
            raise
        adopt(obj, saved)

    def called(self, row: Delegation) -> str:
        return self.title(row)

    # Buttons ----------------------------------------------------------------------------------------------
    @action(
        description="Back again",
        icon="event_available",
        permissions=["end"],
        dialog={
            "title": "Back again?",
            "description": "From now on nobody decides in that place. An absence to come is taken back.",
            "form_submit_text": "Back again",
        },
    )
    def end(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(row: Delegation) -> str:
            delegations.end(delegation_id=row.pk, actor=staff_actor(request), now=timezone.now())
            return f"{self.who(row)} decides again."

        return self.confirmed(request, object_id, do, leaves=True)
