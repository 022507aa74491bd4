"""People and the groups that give them roles. Only admins get here; only superusers make superusers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import AdminPasswordChangeForm, BaseDialogForm, UserChangeForm, UserCreationForm

from core import audit
from core.admin.base import ModelAdmin, htmx_redirect, reported, staff_actor
from core.admin.invitations import InvitingMixin
from core.admin.places_field import PlacesField, access
from core.admin.second_factor import described
from core.models import Invitation, PersonAssignment, SecondFactor
from core.models.areas import with_places
from core.services import assignments, people, second_factors
from core.staff import OPENS

admin.site.unregister(User)
admin.site.unregister(Group)


class AuditedAdmin(ModelAdmin):
    """Saved by Django itself, written down by us, in the same transaction."""

    resource = "management"
    is_for_admins = True
    is_deletable = True
    empty_hint = "Invite the first colleague: he gets a link and chooses his own password."

    def _may(self, request: HttpRequest, verb: str) -> bool:
        """Who may change people sees them, makes them and removes them."""
        return self.allows(request, "modify")

    def facts(self, obj: Any) -> dict[str, Any]:
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = self.facts(self.model._default_manager.get(pk=obj.pk)) if change else None
        request.facts_before = before  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        self._log(request, "created", obj, None, self.facts(obj))

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        before = getattr(request, "facts_before", None)
        if before is None:
            self._log(request, "password_changed", obj, None, None)
        else:
            self._log(request, "updated", obj, *audit.changes(before, self.facts(obj)))

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset:
            self._log(request, "deleted", obj, self.facts(obj), None)

    def _log(self, request: HttpRequest, verb: str, obj: Any, before: Any, after: Any) -> None:
        action = f"{self.opts.model_name}.{verb}"
        audit.log(staff_actor(request), action, obj, now=timezone.now(), before=before, after=after)


class PersonForm(UserChangeForm):  # type: ignore[misc]
    works_in = PlacesField(
        label="Only these areas and stores",
        help_text="Campaigns, codes and all that belongs to them are seen only where they apply there; "
        "changed only where they apply nowhere else. Administrators work everywhere.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = with_places(PersonAssignment.objects.filter(user_id=self.instance.pk))
        self.initial["works_in"] = sorted(word for row in rows for word in row.words)
        # Not even pieces of the hash are shown.
        self.fields["password"].widget.template_name = "core/admin/password.html"
        self.fields["password"].help_text = ""


def _what_groups_open() -> SafeString:
    """In plain words, above the choice of groups. Two names of one role share a line."""
    names: dict[str, list[str]] = {}
    for name, opens in OPENS.items():
        names.setdefault(opens, []).append(name)
    lines = ((" or ".join(alike), opens) for opens, alike in names.items())
    return format_html(
        "Staff may sign in here; what opens then is said by groups. Who is in several has the first role of "
        'this list, and every duty.<dl class="fanfare-opens">{}</dl>',
        format_html_join("", "<dt>{}</dt><dd>{}</dd>", lines),
    )


@admin.register(User)
class UserAdmin(InvitingMixin, DjangoUserAdmin, AuditedAdmin):  # type: ignore[misc] # Django comes first, ours adds
    form = PersonForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "is_active", "last_login")
    list_filter = ("is_active", "is_staff", ("groups", RelatedDropdownFilter))
    ordering = ("username",)
    filter_horizontal = ("groups",)
    readonly_fields = ("invited", "second_step", "last_login", "date_joined")
    actions_list = ("invite",)
    actions_detail = ("invite_again", "reset_second_step")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        (
            "Role",
            {
                "fields": ("is_active", "is_staff", "groups", "is_superuser"),
                "description": _what_groups_open(),
            },
        ),
        ("Where", {"fields": ("works_in",)}),
        ("Signing in", {"fields": ("invited", "second_step", "last_login", "date_joined")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "works_in" in form.changed_data:
            works_in = access(form.cleaned_data["works_in"])
            assignments.assign_person(
                user=obj, access=works_in, actor=staff_actor(request), now=timezone.now()
            )

    @display(description="Second step")
    def second_step(self, person: User) -> str:
        return described(SecondFactor.objects.filter(user_id=person.pk).first())

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """A new link for who has not chosen a password yet; a reset of the second step only for others who
        have an app: one's own is looked after with one of its codes.
        """
        if not self.has_change_permission(request, self.get_object(request, object_id)):
            return []
        is_own = str(object_id) == str(request.user.pk)
        has_app = SecondFactor.objects.filter(user_id=object_id).exists()
        is_waiting = Invitation.objects.filter(person_id=object_id, accepted_at=None).exists()
        meant = {"invite_again": is_waiting, "reset_second_step": has_app and not is_own}
        actions = super().get_actions_detail(request, object_id)
        return [
            one for one in actions if any(one.action_name.endswith(name) for name in meant if meant[name])
        ]

    @action(
        description="Reset second step",
        icon="phonelink_erase",
        variant=ActionVariant.DANGER,
        permissions=["change"],
        dialog={
            "title": "Reset the second step of this person?",
            "description": (
                "For somebody who lost the phone and the backup codes. Be sure who is asking: until a new "
                "app is set up, the password alone is enough."
            ),
            "form_submit_text": "Reset",
        },
    )
    def reset_second_step(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        person = self.found(request, object_id)
        if not self.has_change_permission(request, person) or person.pk == request.user.pk:
            raise PermissionDenied
        with reported(self, request, person):
            second_factors.reset(user_id=person.pk, actor=staff_actor(request), now=timezone.now())
            self.message_user(request, f"The second step of {person} is reset.", messages.SUCCESS)
        return htmx_redirect(self.url_of(person))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Django's help speaks of its own rights, which open nothing here."""
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, "help_text": ""})

    def facts(self, obj: User) -> dict[str, Any]:
        return people.facts(obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, "is_superuser")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What belongs to a person goes with him, also what nobody deletes by itself, such as absences."""
        found, counts, _, protected = super().get_deleted_objects(objs, request)
        return found, counts, set(), protected

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_self = obj is not None and obj.pk == request.user.pk
        return super().has_delete_permission(request, obj) and _may_touch(request, obj) and not is_self


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, AuditedAdmin):  # type: ignore[misc] # as above
    """Groups of the house are roles and duties by their names; others gather people who say yes together."""

    list_display = ("name", "opens")
    readonly_fields = ("opens",)
    fields = ("name", "opens")
    filter_horizontal = ()

    @display(description="What it opens")
    def opens(self, group: Group) -> str:
        return OPENS.get(group.name, "Nothing by itself")

    def facts(self, obj: Group) -> dict[str, Any]:
        return {"name": obj.name}

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_of_the_house(obj)

    def has_view_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_of_the_house(obj)


def _is_of_the_house(group: Group | None) -> bool:
    return group is not None and group.name in OPENS


def _may_touch(request: HttpRequest, obj: Any) -> bool:
    """Superusers are changed by superusers only."""
    return bool(request.user.is_superuser) or not getattr(obj, "is_superuser", False)
