"""What the demo shop sells: coffee, tea and what goes with them. Prices in minor units."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from commerce.models import Product
from commerce.services import collections, products, skus
from commerce.services.catalogue_specs import ArticleSpec
from commerce.services.collections import CollectionSpec
from core.actors import Actor

SHOP_NAME: Final = "Harbour Roast"

# source_id, name, price, category, brand
PRODUCTS: Final = (
    ("beans-harbour", "Harbour Blend, 500 g", 1290, "Coffee", "Harbour Roast"),
    ("beans-breakwater", "Breakwater Espresso, 500 g", 1390, "Coffee", "Harbour Roast"),
    ("beans-lighthouse", "Lighthouse Single Origin, 250 g", 1150, "Coffee", "Harbour Roast"),
    ("beans-nightwatch", "Night Watch Dark Roast, 1 kg", 2290, "Coffee", "Harbour Roast"),
    ("beans-drift", "Drift Decaf, 250 g", 990, "Coffee", "Harbour Roast"),
    ("coldbrew-can", "Cold Brew, can", 320, "Coffee", "Tidewater"),
    ("coldbrew-keg", "Cold Brew, 5 l keg", 3490, "Coffee", "Tidewater"),
    ("capsules-harbour", "Harbour Capsules, 30", 1190, "Coffee", "Harbour Roast"),
    ("tea-north", "North Pier Black Tea", 790, "Tea", "Leaf & Line"),
    ("tea-mist", "Morning Mist Green Tea", 890, "Tea", "Leaf & Line"),
    ("tea-orchard", "Orchard Rooibos", 690, "Tea", "Leaf & Line"),
    ("tea-mint", "Dune Mint", 590, "Tea", "Leaf & Line"),
    ("tea-chai", "Spice Route Chai", 950, "Tea", "Leaf & Line"),
    ("tea-box", "Captain's Tea Box, 12 sorts", 2490, "Tea", "Leaf & Line"),
    ("mug-rope", "Rope Mug", 1450, "Tableware", "Claywork"),
    ("mug-enamel", "Enamel Deck Mug", 1190, "Tableware", "Claywork"),
    ("cup-espresso", "Espresso Cups, pair", 1890, "Tableware", "Claywork"),
    ("teapot-cast", "Cast Iron Teapot", 4990, "Tableware", "Claywork"),
    ("grinder-hand", "Hand Grinder", 5900, "Equipment", "Burr & Co"),
    ("grinder-pro", "Burr Grinder Pro", 18900, "Equipment", "Burr & Co"),
    ("press-travel", "Travel Press", 3450, "Equipment", "Burr & Co"),
    ("kettle-goose", "Gooseneck Kettle", 7990, "Equipment", "Burr & Co"),
    ("scale-slim", "Slim Scale with Timer", 3990, "Equipment", "Burr & Co"),
    ("filter-paper", "Paper Filters, 100", 450, "Equipment", "Burr & Co"),
    ("machine-compact", "Compact Espresso Machine", 34900, "Equipment", "Burr & Co"),
    ("choc-salt", "Sea Salt Chocolate", 490, "Sweets", "Pier Bakery"),
    ("choc-orange", "Orange Peel Chocolate", 490, "Sweets", "Pier Bakery"),
    ("biscuit-oat", "Oat Biscuits", 390, "Sweets", "Pier Bakery"),
    ("biscuit-ginger", "Ginger Snaps", 420, "Sweets", "Pier Bakery"),
    ("granola-deck", "Deckhand Granola", 690, "Sweets", "Pier Bakery"),
    ("gift-basket", "Gift Basket “Landfall”", 4900, "Gifts", "Harbour Roast"),
    ("gift-advent", "Advent Tasting Box", 5900, "Gifts", "Harbour Roast"),
)
COST_FIELD: Final = "cost"
# What an article costs the shop, in percent of its price.
COSTS: Final = {"Coffee": 46, "Tea": 40, "Tableware": 52, "Equipment": 68, "Sweets": 55, "Gifts": 58}
GRINDS: Final = ("whole bean", "espresso", "filter", "press")
COLLECTIONS: Final = ("Coffee", "Tea", "Equipment", "Sweets")


def load(*, actor: Actor, now: datetime) -> None:
    for source_id, name, price, category, brand in PRODUCTS:
        is_beans = source_id.startswith("beans-")
        product = products.upsert(
            spec=ArticleSpec(
                source_id=source_id,
                values={"name": name, "price": price, "attributes": ["grind"] if is_beans else []},
                metadata={"category": category, "brand": brand, COST_FIELD: price * COSTS[category] // 100},
            ),
            actor=actor,
            now=now,
        )
        if is_beans:
            _load_grinds(product, actor, now)
    for name in COLLECTIONS:
        wanted = {"junction": "and", "metadata.category": {"conditions": {"$is": [name]}}}
        collections.create(
            spec=CollectionSpec(name=name, type="AUTO_UPDATE", filter=wanted), actor=actor, now=now
        )
    gifts = Product.objects.filter(source_id__startswith="gift-").order_by("pk")
    collections.create(
        spec=CollectionSpec(
            name="Gift ideas", products=[{"id": row.public_id, "object": "product"} for row in gifts]
        ),
        actor=actor,
        now=now,
    )


def _load_grinds(product: Product, actor: Actor, now: datetime) -> None:
    for grind in GRINDS:
        skus.upsert(
            product_id=product.pk,
            spec=ArticleSpec(
                source_id=f"{product.source_id}-{grind.replace(' ', '-')}",
                values={"sku": f"{product.name}, {grind}", "attributes": {"grind": grind}},
            ),
            actor=actor,
            now=now,
        )
