"""The catalogue of rewards: what programmes offer for points."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core import words
from core.admin.base import adopt, staff_actor
from core.admin.pages import Fact, PageAdmin, Panel
from loyalty import programme_words
from loyalty.admin import rows
from loyalty.admin.forms.rewards import RewardForm
from promotions.admin.forms.rewards import CONDITIONS, REWARD_FIELDS
from promotions.models import Reward, RewardAssignment
from promotions.services import rewards
from promotions.services.rewards import RewardSpec


@admin.register(Reward)
class RewardAdmin(PageAdmin):
    resource = "rewards"
    is_deletable = True
    delete_hint = "Take it out of its programmes first. What members got stays theirs."
    form = RewardForm
    conditional_fields = CONDITIONS
    empty_hint = (
        "Rewards are what members get for points: a coupon, credits, a product, or paying with points. Most "
        "are made on the page of a programme, with their price."
    )
    list_display = ("name", "kind", "get", "given", "left", "programmes")
    list_filter = (("type", ChoicesDropdownFilter),)
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the name."
    ordering = ("name", "pk")
    readonly_fields = ("kind", "get", "given", "left")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reward]:
        found = super().get_queryset(request).filter(deleted_at=None)
        return found.select_related("campaign", "product", "sku")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        offered = _programmes([row.pk for row in found.result_list])
        for row in found.result_list:
            row.offered = offered.get(row.pk, [])
        return found

    @display(description="Kind")
    def kind(self, reward: Reward) -> str:
        return reward.get_type_display()

    @display(description="Members get")
    def get(self, reward: Reward) -> str:
        return programme_words.reward(reward)

    @display(description="Given", ordering="redeemed")
    def given(self, reward: Reward) -> str:
        return words.number(reward.redeemed)

    @display(description="Left", ordering="stock")
    def left(self, reward: Reward) -> str:
        return "no limit" if reward.stock is None else words.number(reward.stock - reward.redeemed)

    @display(description="Offered by")
    def programmes(self, reward: Any) -> str:
        return ", ".join(reward.offered) or words.NOTHING

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        is_form = obj is None or self.has_change_permission(request, obj)
        return () if is_form else self.readonly_fields

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return (("Reward", {"fields": ("name", *self.readonly_fields, "description", "metadata")}),)
        return (
            ("Reward", {"fields": REWARD_FIELDS}),
            ("Stock", {"fields": ("stock",)}),
            ("What members see", {"fields": ("description", "image_url")}),
            ("More", {"fields": ("metadata",)}),
        )

    def lead(self, request: HttpRequest, obj: Reward) -> str:
        return f"{obj.name}. {programme_words.reward(obj)}."

    def facts(self, request: HttpRequest, obj: Reward) -> list[Fact]:
        return [
            Fact(title="Given", value=words.number(obj.redeemed)),
            Fact(title="Left", value=self.left(obj)),
        ]

    def panels(self, request: HttpRequest, obj: Reward) -> list[Panel]:
        found = RewardAssignment.objects.filter(reward=obj, deleted_at=None, campaign__deleted_at=None)
        offers = found.select_related("campaign", "reward").order_by("campaign__name", "pk")
        return [
            Panel(
                key="programmes",
                title="Programmes",
                headers=("Programme", "Price", "Stock", ""),
                rows=[
                    (
                        rows.programme_link(row.campaign),
                        programme_words.price(row),
                        programme_words.stock(row),
                        rows.assignment_link(row, "Price and conditions"),
                    )
                    for row in offers
                ],
                empty="No programme offers it yet: nobody can get it. Add it on the page of a programme.",
            )
        ]

    def save_model(self, request: HttpRequest, obj: Reward, form: Any, change: bool) -> None:
        given: dict[str, Any] = {"actor": staff_actor(request), "now": timezone.now()}
        if change:
            saved = rewards.update(reward_id=obj.pk, spec=RewardSpec(values=form.values()), **given)
        else:
            spec = RewardSpec(type=form.reward_type(), values=form.values())
            saved = rewards.create(spec=spec, **given)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: Reward) -> None:
        rewards.delete(reward_id=obj.pk, actor=staff_actor(request), now=timezone.now())


def _programmes(rewards: list[int]) -> dict[int, list[str]]:
    rows = RewardAssignment.objects.filter(
        reward__in=rewards, deleted_at=None, campaign__deleted_at=None
    ).order_by("campaign__name", "pk")
    found: dict[int, list[str]] = {}
    for reward, name in rows.values_list("reward", "campaign__name"):
        found.setdefault(reward, []).append(name)
    return found
