"""Whom, what and which channels the conditions of campaigns name, and who made them.

Read by PostgreSQL out of the stored conditions, without parsing a rule: a page with a thousand campaigns asks
twice. What a condition excludes is not named by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, Func, JSONField, Q
from django.db.models.functions import Coalesce

from core.models import ApiKey, AuditEntry
from promotions.models import Campaign, ValidationRuleAssignment

_MADE: Final = "campaign.created"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Ids of segments and collections, app ids of channels. None of a kind: not limited in this respect.

    Those of a campaign and of all of its tiers together.
    """

    segments: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()


class _Named(Func):
    """The texts at a path of a JSON column, as a JSON list."""

    function = "jsonb_path_query_array"
    template = "%(function)s(%(expressions)s, '%(path)s')"
    output_field = JSONField()


_SEGMENTS: Final = '$.** ? (@.name == "customer.segment").conditions."$is"[*]'
_CHANNELS: Final = '$.** ? (@.name == "redemption.api_key").conditions."$is"[*]'
_COLLECTIONS: Final = '$.** ? (@.object == "products_collection").id'
_INCLUDED: Final = '$.included[*] ? (@.object == "products_collection").id'
_IS_COLLECTION: Final = "pc_"


def scopes_of(campaign_ids: Collection[int]) -> dict[int, Scope]:
    """By primary key; what has no conditions is left out (one query)."""
    found: dict[int, list[set[str]]] = {}
    for owner, segments, channels, within, included in _rows(campaign_ids):
        sets = found.setdefault(owner, [set(), set(), set()])
        sets[0].update(_texts(segments))
        sets[1].update(_texts(channels))
        sets[2].update(one for one in _texts((*within, *included)) if one.startswith(_IS_COLLECTION))
    return {
        pk: Scope(
            segments=frozenset(segments), channels=frozenset(channels), collections=frozenset(collections)
        )
        for pk, (segments, channels, collections) in found.items()
    }


def _rows(campaign_ids: Collection[int]) -> Iterable[tuple[Any, ...]]:
    ids = list(campaign_ids)
    of_tiers = Q(promotion_tier__campaign__in=ids, promotion_tier__deleted_at=None)
    rows = ValidationRuleAssignment.objects.filter(Q(campaign__in=ids) | of_tiers)
    return rows.order_by().values_list(
        Coalesce("campaign_id", "promotion_tier__campaign_id"),
        _Named(F("rule__rules"), path=_SEGMENTS),
        _Named(F("rule__rules"), path=_CHANNELS),
        _Named(F("rule__rules"), path=_COLLECTIONS),
        _Named(F("rule__applicable_to"), path=_INCLUDED),
    )


def _texts(values: Iterable[Any]) -> Iterable[str]:
    return (one for one in values if isinstance(one, str) and one)


def texts_said(metadata: Iterable[Any]) -> frozenset[str]:
    """The texts among values of metadata, each a text or a list of texts."""
    found: set[str] = set()
    for value in metadata:
        found.update(_texts(value if isinstance(value, list) else [value]))
    return frozenset(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """Who made it. `id` is that of the actor; a key and a process make campaigns, too."""

    id: str
    name: str


def owners_of(public_ids: Collection[str]) -> dict[str, Owner]:
    """By wire id; what came to be without a trace is left out (one query)."""
    rows = AuditEntry.objects.filter(
        entity_type=Campaign._meta.model_name, entity_id__in=list(public_ids), action=_MADE
    )
    said = rows.order_by("-pk").values_list("entity_id", "actor_id", "actor_label")
    return {entity: Owner(id=actor, name=label or actor) for entity, actor, label in said}


def owners() -> list[Owner]:
    """Everybody who ever made a campaign, by name (one query)."""
    rows = AuditEntry.objects.filter(entity_type=Campaign._meta.model_name, action=_MADE)
    said = dict(rows.order_by("pk").values_list("actor_id", "actor_label"))
    found = [Owner(id=actor, name=label or actor) for actor, label in said.items()]
    return sorted(found, key=lambda owner: (owner.name.casefold(), owner.id))


def channel_names(app_ids: Collection[str]) -> Mapping[str, str]:
    """What the channels are called: an API key has a name, another channel is its own (one query)."""
    if not app_ids:
        return {}
    known = dict(ApiKey.objects.filter(app_id__in=list(app_ids)).values_list("app_id", "name"))
    return {one: known.get(one, one) for one in app_ids}
