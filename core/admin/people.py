"""People and the groups that give them roles. Only admins get here; only superusers make superusers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from core import audit
from core.admin.base import ModelAdmin, staff_actor

admin.site.unregister(User)
admin.site.unregister(Group)


class AuditedAdmin(ModelAdmin):
    """Saved by Django itself, written down by us, in the same transaction."""

    resource = "management"
    is_for_admins = True
    is_deletable = True

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


@admin.register(User)
class UserAdmin(DjangoUserAdmin, AuditedAdmin):  # type: ignore[misc] # Django comes first, ours adds
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "is_active", "last_login")
    list_filter = ("is_active", "is_staff", ("groups", RelatedDropdownFilter))
    ordering = ("username",)
    filter_horizontal = ("groups",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        (
            "Role",
            {
                "fields": ("is_active", "is_staff", "groups", "is_superuser"),
                "description": (
                    "Staff may sign in here. Admin may do everything, User everything but settings, "
                    "Merchant redeems and reads, Viewer reads and exports. Finance, beside one of them, "
                    "changes budgets."
                ),
            },
        ),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )

    def facts(self, obj: User) -> dict[str, Any]:
        names = ("username", "email", "first_name", "last_name", "is_active", "is_staff", "is_superuser")
        groups = sorted(obj.groups.values_list("name", flat=True))
        return {**{name: getattr(obj, name) for name in names}, "groups": groups}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, "is_superuser")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_self = obj is not None and obj.pk == request.user.pk
        return super().has_delete_permission(request, obj) and _may_touch(request, obj) and not is_self


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, AuditedAdmin):  # type: ignore[misc] # as above
    """Groups of the migrations are roles and duties by their names; others may carry single rights."""

    def facts(self, obj: Group) -> dict[str, Any]:
        return {"name": obj.name, "permissions": sorted(obj.permissions.values_list("codename", flat=True))}


def _may_touch(request: HttpRequest, obj: Any) -> bool:
    """Superusers are changed by superusers only."""
    return bool(request.user.is_superuser) or not getattr(obj, "is_superuser", False)
