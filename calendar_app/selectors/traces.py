"""Whether anything changed that conflicts are made of: one cheap statement, so that one can look often.

Every row counts into a sum of hashes, whoever wrote it and in whatever order it was committed: no event has
to arrive, and no hand that changes a row can forget to say so. What redemptions and generated codes only
count is left out.
"""

from __future__ import annotations

from typing import Final

from django.db import connection

_LIMITS: Final = "starts_at, ends_at, timeframe_interval, timeframe_duration, days_of_week, validity_hours"
# Of which table which columns, and of which rows.
_TRACED: Final = (
    (
        "promotions_campaign",
        "id, name, campaign_type, type, category_id, lifecycle, is_active, places, discount, gift, metadata, "
        f"voucher_redemption_quantity, discount IS NULL AND vouchers_count > 0, {_LIMITS}",
        "deleted_at IS NULL",
    ),
    (
        "promotions_promotiontier",
        f"id, campaign_id, name, discount, hierarchy, category_id, is_active, metadata, {_LIMITS}",
        "deleted_at IS NULL",
    ),
    ("promotions_category", "id, updated_at, name, hierarchy, stacking_type, applicable_limit", "true"),
    ("promotions_validationrule", "id, updated_at, rules, applicable_to, bundle_rules", "true"),
    (
        "promotions_validationruleassignment",
        "id, rule_id, campaign_id, promotion_tier_id",
        "voucher_id IS NULL",
    ),
    (
        "promotions_distribution",
        "id, name, state, trigger, segment_id, about_id, gives_id, starts_at",
        "deleted_at IS NULL",
    ),
    ("promotions_publicationrun", "id, state, campaign_id, segment_id, channel", "true"),
    ("promotions_budget", "id, updated_at, name, is_active", "deleted_at IS NULL"),
    ("promotions_budgetcampaign", "id, budget_id, campaign_id", "true"),
    ("commerce_segment", "id, name, type, filter", "true"),
    ("commerce_productcollection", "id, updated_at, name, filter", "true"),
    ("core_metadataschema", "id, updated_at", "true"),
    ("core_area", "id, updated_at, time_zone", "true"),
    ("core_store", "id, updated_at, area_id, own_time_zone", "true"),
    ("core_projectsettings", "core_projectsettings", "true"),
    (
        "approvals_approvalrequest",
        "id, state, revision, effective_at",
        "state IN ('PENDING', 'CHANGES_REQUESTED', 'STALE', 'APPROVED')",
    ),
    ("calendar_app_blackout", "calendar_app_blackout", "true"),
)
_TRACE: Final = "SELECT " + " || '/' || ".join(
    f"(SELECT count(*) || ':' || coalesce(sum(hashtextextended(ROW({columns})::text, 0)::numeric), 0) "  # noqa: S608 - ours
    f"FROM {table} WHERE {rows})"
    for table, columns, rows in _TRACED
)


def trace() -> str:
    """What is there now, as a text; another text: something changed."""
    with connection.cursor() as cursor:
        cursor.execute(_TRACE)
        ((found,),) = cursor.fetchall()
    return str(found)
