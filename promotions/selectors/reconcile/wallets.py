"""Who has which code: what codes say of themselves, and wallets, against publications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from promotions.selectors.reconcile.comparing import Asked

type Statement = tuple[str, Mapping[str, Any]]


def of_published(asked: Asked) -> Statement:
    """A code counts its publications, belongs to whom the last of them gave it, and is in no pool any more.

    `holder` is said by the customer's wire id.
    """
    return _PUBLISHED.format(of_codes=asked.among("code.voucher_id"), vouchers=asked.among("t.id")), {}


_PUBLISHED: Final = """
SELECT 'voucher', t.id, t.public_id, said.name, said.stored::text, said.counted::text, ARRAY(
    SELECT publication.public_id FROM promotions_publishedcode AS code
    JOIN promotions_publication AS publication ON publication.id = code.publication_id
    WHERE code.voucher_id = t.id ORDER BY code.id DESC LIMIT %(named)s
)
FROM promotions_voucher AS t
LEFT JOIN (
    SELECT code.voucher_id AS id, COUNT(*) AS times,
           (array_agg(publication.customer_id ORDER BY code.id DESC))[1] AS holder
    FROM promotions_publishedcode AS code
    JOIN promotions_publication AS publication ON publication.id = code.publication_id
    WHERE {of_codes} GROUP BY 1
) AS given ON given.id = t.id
LEFT JOIN commerce_customer AS stored ON stored.id = t.holder_id
LEFT JOIN commerce_customer AS counted ON counted.id = given.holder
CROSS JOIN LATERAL (VALUES
    ('publish_count', to_jsonb(t.publish_count), to_jsonb(COALESCE(given.times, 0))),
    ('holder', to_jsonb(stored.public_id), to_jsonb(counted.public_id)),
    ('is_out_of_pool', to_jsonb(t.is_out_of_pool), to_jsonb(t.is_out_of_pool OR given.times > 0))
) AS said(name, stored, counted)
WHERE {vouchers} AND (
    t.publish_count <> COALESCE(given.times, 0) OR t.holder_id IS DISTINCT FROM given.holder
    OR (given.times > 0 AND NOT t.is_out_of_pool)
) AND said.stored IS DISTINCT FROM said.counted
ORDER BY t.id, said.name
"""


def of_wallets(asked: Asked) -> Statement:
    """A publication gave as many codes as it says, each is in the wallet of its customer, and no other is."""
    return _WALLETS, {}


_WALLETS: Final = """
SELECT said.noun, said.pk, said.id, said.name, said.stored::text, said.counted::text, said.rows FROM (
    SELECT 'publication' AS noun, p.id AS pk, p.public_id AS id, 'codes_count' AS name,
           p.codes_count AS stored, COUNT(code.id) AS counted, ARRAY[]::text[] AS rows
    FROM promotions_publication AS p
    LEFT JOIN promotions_publishedcode AS code ON code.publication_id = p.id
    GROUP BY p.id HAVING p.codes_count <> COUNT(code.id)
    UNION ALL
    SELECT 'publication', p.id, p.public_id, 'codes in the wallet', COUNT(held.id), COUNT(*),
           (array_agg(voucher.public_id ORDER BY code.id) FILTER (WHERE held.id IS NULL))[1:%(named)s]
    FROM promotions_publishedcode AS code
    JOIN promotions_publication AS p ON p.id = code.publication_id
    JOIN promotions_voucher AS voucher ON voucher.id = code.voucher_id
    LEFT JOIN promotions_holder AS held
        ON held.voucher_id = code.voucher_id AND held.customer_id = p.customer_id
    GROUP BY p.id HAVING COUNT(held.id) <> COUNT(*)
    UNION ALL
    SELECT 'holder', held.id, held.public_id, 'publications', 1, 0, ARRAY[voucher.public_id]
    FROM promotions_holder AS held
    JOIN promotions_voucher AS voucher ON voucher.id = held.voucher_id
    WHERE held.role = 'OWNER' AND NOT EXISTS (
        SELECT 1 FROM promotions_publishedcode AS code
        JOIN promotions_publication AS p ON p.id = code.publication_id
        WHERE code.voucher_id = held.voucher_id AND p.customer_id = held.customer_id
    )
) AS said
ORDER BY said.noun, said.pk
"""
