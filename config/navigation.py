"""The sidebar: what people do, in nine sections. Everybody sees only what his role opens."""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from approvals.admin import notifications
from approvals.admin.inbox import number_waiting
from calendar_app.selectors import conflicts
from core.staff import staff_allows
from insights.selectors import alerts
from integrations.selectors import webhooks
from referrals.selectors import reviews

_REVIEW: Final = "Review"
# (title, icon, model, or its page if that is not the list). A section without any visible entry is left out.
_SECTIONS: Final = (
    (
        "Promotions",
        (
            ("Campaigns", "campaign", "promotions.Campaign"),
            ("Templates", "bookmarks", "promotions.CampaignTemplate"),
            ("Vouchers", "confirmation_number", "promotions.Voucher"),
            ("Promotion tiers", "sell", "promotions.PromotionTier"),
            ("Promotion stacks", "stacks", "promotions.PromotionStack"),
            ("Conditions", "rule", "promotions.ValidationRule"),
            ("Categories", "category", "promotions.Category"),
            ("Budgets", "account_balance_wallet", "promotions.Budget"),
            ("Publications", "redeem", "promotions.Publication"),
            ("Mass publications", "group_add", "promotions.PublicationRun"),
            ("Redemptions", "receipt_long", "promotions.Redemption"),
            ("Why?", "contact_support", "promotions.Redemption", "promotions_why"),
        ),
    ),
    (
        "Loyalty",
        (
            ("Loyalty programmes", "loyalty", "loyalty.Programme"),
            ("Members", "card_membership", "loyalty.LoyaltyCard"),
            ("Rewards", "featured_seasonal_and_gifts", "promotions.Reward"),
            ("To hand over", "volunteer_activism", "loyalty.RewardRedemption"),
            ("Pending points", "hourglass_empty", "loyalty.PendingPoints"),
            ("What would it earn?", "calculate", "loyalty.LoyaltyCard", "loyalty_estimate"),
            ("Points liability", "account_balance", "loyalty.PointsWorth", "loyalty_finance"),
        ),
    ),
    (
        "Referrals",
        (
            ("Referral programmes", "diversity_3", "referrals.ReferralProgramme"),
            (_REVIEW, "person_search", "referrals.Referral"),
            ("Referral rewards", "redeem", "referrals.ReferralReward"),
        ),
    ),
    (
        "Approvals",
        (
            ("Policies", "policy", "approvals.Policy"),
            ("Simulator", "labs", "approvals.Policy", "approvals_simulator"),
            ("Absences", "event_busy", "approvals.Delegation"),
        ),
    ),
    (
        "Customers",
        (
            ("Customers", "group", "commerce.Customer"),
            ("Segments", "groups_3", "commerce.Segment"),
            ("Distributions", "forward_to_inbox", "promotions.Distribution"),
            ("Message templates", "drafts", "promotions.MessageTemplate"),
            ("Orders", "shopping_cart", "commerce.Order"),
            ("Events", "bolt", "commerce.CustomEvent"),
            ("Locations", "location_on", "commerce.Location"),
        ),
    ),
    (
        "Catalogue",
        (
            ("Products", "inventory_2", "commerce.Product"),
            ("SKUs", "qr_code_2", "commerce.Sku"),
            ("Collections", "collections_bookmark", "commerce.ProductCollection"),
        ),
    ),
    (
        "Operations",
        (
            ("Emergency stop", "front_hand", "promotions.EmergencyStop"),
            ("Blackouts", "event_busy", "calendar_app.Blackout"),
            ("Seasons", "wb_sunny", "calendar_app.Season"),
            ("Calendar notes", "sticky_note_2", "calendar_app.CalendarNote"),
            ("Public holidays", "celebration", "calendar_app.HolidayRegion"),
            ("Crowded days", "density_large", "calendar_app.Crowding"),
            ("Calendar feeds", "rss_feed", "calendar_app.Feed"),
            ("Alert rules", "notification_settings", "insights.AlertRule"),
            ("Holds", "lock_clock", "promotions.ValidationSession"),
            ("Channels", "monitoring", "core.PeriodicRun", "channels"),
            ("Periodic work", "schedule", "core.PeriodicRun"),
            ("Background jobs", "hourglass_top", "integrations.AsyncAction"),
            ("Imports", "upload_file", "integrations.ImportFile"),
            ("Exports", "download", "integrations.Export"),
            ("Webhook messages", "send", "integrations.WebhookDelivery"),
            ("What happened", "history", "core.OutboxEvent"),
            ("Deliveries", "outbox", "core.EventDelivery"),
            ("Audit log", "fact_check", "core.AuditEntry"),
            ("Bin", "delete", "core.BinEntry"),
        ),
    ),
    (
        "Settings",
        (
            ("Project", "tune", "core.ProjectSettings"),
            ("Areas and stores", "storefront", "core.Area"),
            ("API keys", "key", "core.ApiKey"),
            ("Webhooks", "webhook", "integrations.Webhook"),
            ("Metadata schemas", "data_object", "core.MetadataSchema"),
            ("Known events", "sensors", "core.CustomEventSchema"),
            ("Branding", "palette", "core.Branding"),
            ("People", "person", "auth.User"),
            ("Groups", "admin_panel_settings", "auth.Group"),
        ),
    ),
)


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar, as unfold wants them."""
    overview = {"title": gettext("Overview"), "icon": "dashboard", "link": reverse("admin:index")}
    first = [overview, *_calendar(request), *_own(request)]
    groups: list[dict[str, Any]] = [{"title": "", "items": first}]
    for title, entries in _SECTIONS:
        items = [
            {"title": gettext(name), "icon": icon, "link": link, **_number(name)}
            for name, icon, *page in entries
            if (link := _link(request, *page)) is not None
        ]
        if items:
            groups.append({"title": gettext(title), "separator": True, "items": items})
    return groups


def _calendar(request: HttpRequest) -> list[dict[str, Any]]:
    """The calendar, and how many collisions nobody has accepted."""
    if not staff_allows(request.user, "calendar.read"):
        return []
    calendar, collisions = reverse("admin:calendar"), reverse("admin:calendar_conflicts")
    return [
        {
            "title": gettext("Calendar"),
            "icon": "calendar_month",
            "link": calendar,
            # Not by the beginning of the address, which collisions share.
            "active": request.path.startswith(calendar) and not request.path.startswith(collisions),
        },
        {
            "title": gettext("Collisions"),
            "icon": "join_inner",
            "link": collisions,
            **_badge(conflicts.number_open()),
        },
    ]


def _own(request: HttpRequest) -> list[dict[str, Any]]:
    """What waits for this person, with its number."""
    inbox = _link(request, "approvals.ApprovalRequest")
    if inbox is None:
        return []
    alerts_list = _link(request, "insights.Alert")
    shown = [] if alerts_list is None else [_alerts(alerts_list)]
    return [
        *shown,
        {
            "title": gettext("Approvals inbox"),
            "icon": "inbox",
            "link": inbox,
            **_badge(number_waiting(request)),
        },
        {
            "title": gettext("Notifications"),
            "icon": "notifications",
            "link": reverse("admin:notifications"),
            **_badge(notifications.unread(request)),
        },
    ]


def _alerts(link: str) -> dict[str, Any]:
    """With the number of those that nobody looks at; red, if something is critical."""
    number, critical = alerts.numbers_open()
    badge = {**_badge(number), "badge_variant": "danger"} if critical else _badge(number)
    return {"title": gettext("Alerts"), "icon": "notification_important", "link": link, **badge}


def _number(title: str) -> dict[str, Any]:
    """How many referrals wait for a decision, or webhooks stopped by themselves: somebody has to look."""
    if title == _REVIEW:
        return _badge(reviews.number_waiting())
    number = webhooks.stopped().count() if title == "Webhooks" else 0
    return {"badge": number, "badge_variant": "danger"} if number else {}


def _badge(number: int) -> dict[str, Any]:
    return {"badge": number, "badge_variant": "primary"} if number else {}


def _link(request: HttpRequest, label: str, page: str = "") -> str | None:
    """The list of a model, or a page that is open to whoever may see that list."""
    model = apps.get_model(label)
    model_admin = admin.site._registry.get(model)
    if model_admin is None or not model_admin.has_module_permission(request):
        return None
    return reverse(f"admin:{page or f'{model._meta.app_label}_{model._meta.model_name}_changelist'}")
