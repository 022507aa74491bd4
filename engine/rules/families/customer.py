"""Who buys: segments, loyalty tiers, metadata. Contract: 11.2."""

from __future__ import annotations

from typing import Any, Final

from engine.rules.families.base import Family, Group, Kind, Scalar, Scene
from engine.rules.tree import Rule


def _segments(scene: Scene, rule: Rule) -> tuple[str, ...] | None:
    customer = scene.situation.snapshot.customer
    return None if customer is None else customer.segments


def _tiers(scene: Scene, rule: Rule) -> tuple[str, ...] | None:
    customer = scene.situation.snapshot.customer
    return None if customer is None else customer.loyalty_tiers


def _metadata(scene: Scene, rule: Rule) -> Any:
    customer = scene.situation.snapshot.customer
    return None if customer is None else customer.metadata.get(rule.property or "")


SEGMENT: Final = "customer.segment"
LOYALTY_TIER: Final = "customer.loyalty_tier"

FAMILIES: Final[tuple[Family, ...]] = (
    Scalar(
        name=SEGMENT,
        title="customer segment",
        kind=Kind.ID,
        group=Group.CUSTOMER,
        read=_segments,
        facts=frozenset({"customer.segments"}),
    ),
    Scalar(
        name=LOYALTY_TIER,
        title="loyalty tier",
        kind=Kind.ID,
        group=Group.CUSTOMER,
        read=_tiers,
        facts=frozenset({"customer.loyalty_tiers"}),
    ),
    Scalar(
        name="customer.metadata",
        title="customer metadata",
        kind=Kind.FREE,
        group=Group.CUSTOMER,
        read=_metadata,
        facts=frozenset({"customer.metadata"}),
        needs_property=True,
    ),
)
