"""Entries for what was in the bin before it had any. Codes go with their campaign, SKUs with their product."""

from __future__ import annotations

from django.db import migrations

_ENTER = """
INSERT INTO core_binentry
    (public_id, created_at, deleted_by_user_id, deleted_by, resource_type, resource_id, resource_name,
     resource_parent_id)
SELECT 'tbe_' || substr(md5(found.resource_type || found.resource_id), 1, 18), found.deleted_at, '', '',
       found.resource_type, found.resource_id, found.resource_name, found.resource_parent_id
FROM (
    SELECT deleted_at, 'campaign' AS resource_type, public_id AS resource_id, name AS resource_name,
           '' AS resource_parent_id
    FROM promotions_campaign WHERE deleted_at IS NOT NULL AND released_at IS NULL
    UNION ALL
    SELECT voucher.deleted_at, 'voucher', voucher.public_id, voucher.code, COALESCE(campaign.public_id, '')
    FROM promotions_voucher AS voucher
    LEFT JOIN promotions_campaign AS campaign ON campaign.id = voucher.campaign_id
    WHERE voucher.deleted_at IS NOT NULL AND voucher.released_at IS NULL AND campaign.deleted_at IS NULL
    UNION ALL
    SELECT deleted_at, 'product', public_id, COALESCE(NULLIF(name, ''), source_id, ''), ''
    FROM commerce_product WHERE deleted_at IS NOT NULL
    UNION ALL
    SELECT sku.deleted_at, 'sku', sku.public_id, COALESCE(NULLIF(sku.sku, ''), sku.source_id, ''),
           product.public_id
    FROM commerce_sku AS sku JOIN commerce_product AS product ON product.id = sku.product_id
    WHERE sku.deleted_at IS NOT NULL AND product.deleted_at IS NULL
) AS found
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0002_order_returned"),
        ("core", "0012_bin"),
        ("promotions", "0014_summary_indexes"),
    ]

    operations = [migrations.RunSQL(_ENTER, migrations.RunSQL.noop)]
