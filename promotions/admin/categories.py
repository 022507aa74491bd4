from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core.admin.base import adopt, staff_actor
from core.admin.pages import Fact, PageAdmin
from promotions.models import Campaign, Category
from promotions.services import categories


@admin.register(Category)
class CategoryAdmin(PageAdmin):
    """Groups of discounts: what may stand beside what, and what is applied first."""

    resource = "categories"
    is_deletable = True
    prefilled = ("hierarchy",)
    delete_hint = "What is in it goes on without a category, and the stacking rules forget it."
    empty_hint = "Categories say which discounts may be combined. Without any, all of them may."
    list_display = ("name", "hierarchy", "combines")
    list_filter = (("stacking_type", ChoicesDropdownFilter),)
    search_fields = ("name",)
    search_help_text = "A part of the category's name."
    ordering = ("hierarchy", "name", "pk")
    fieldsets = (
        ("Category", {"fields": ("name", "hierarchy", "stacking_type")}),
        (
            "Stacking rules of this category",
            {
                "fields": ("applicable_limit", "no_effect_rule", "calculation_mode"),
                "description": "Only where this category differs from the project's settings.",
            },
        ),
    )

    @display(description="Combining", label={"Common": "", "Exclusive": "warning", "Joint": "success"})
    def combines(self, category: Category) -> str:
        return category.get_stacking_type_display().partition(":")[0] or "Common"

    def facts(self, request: HttpRequest, obj: Category) -> list[Fact]:
        campaigns = Campaign.objects.filter(category=obj, deleted_at=None).count()
        return [
            Fact(title="Campaigns in it", value=f"{campaigns:,}"),
            Fact(title="Combining", value=self.combines(obj)),
        ]

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        actor, now = staff_actor(request), timezone.now()
        if change:
            given = {name: form.cleaned_data[name] for name in form.changed_data}
            saved = categories.update(category_id=obj.pk, values=given, actor=actor, now=now)
        else:
            saved = categories.create(values=form.cleaned_data, actor=actor, now=now)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: Category) -> None:
        categories.delete(
            category_id=obj.pk, with_stacking_rules=True, actor=staff_actor(request), now=timezone.now()
        )
