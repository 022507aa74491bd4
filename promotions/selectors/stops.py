"""Emergency stops in force, and what they do to a request. Goes beyond the contract.

Nothing is kept in memory: every decision reads them in the statement that reads its rules
(`validation_rules.rules_of`), so whoever begins after a stop has committed sees it. Reads change nothing.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from core import prepared
from core.actors import Actor, ActorKind
from engine import Article, ArticleStop, Candidate, Line, Snapshot
from engine.stops import stopped
from promotions.selectors.budgets_in_force import USUAL_STORE_FIELD, Shopper

if TYPE_CHECKING:
    from promotions.selectors.snapshots import Asking

CALLS: Final = ("stores", "channels", "api_keys")
ARTICLES: Final = ("products", "collections")
KINDS: Final = ("campaigns", "categories", *ARTICLES, *CALLS)
"""What a stop may list, beside everything; the names of the wire."""

IN_FORCE: Final = """
SELECT json_build_object('id', public_id, 'since', started_at, 'is_drill', is_drill, 'covers', covers)::text
FROM promotions_emergencystop WHERE restored_at IS NULL
"""


@dataclass(frozen=True, kw_only=True)
class Calling:
    """Through what a request came. `store` is what the field "store" of its metadata says, as for budgets."""

    channel: str = ""
    api_key: str = ""
    store: str = ""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One stop in force. The sets hold ids of the wire; of stores and channels what requests call them."""

    id: str
    since: datetime
    is_drill: bool = False
    is_everything: bool = False
    campaigns: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    api_keys: frozenset[str] = frozenset()

    def covers(self, calling: Calling, *, campaign_id: str | None, category_id: str | None) -> bool:
        """Whatever the order holds: does it stop a redeemable of this campaign and category?"""
        return (
            self.is_everything
            or campaign_id in self.campaigns
            or category_id in self.categories
            or calling.store in self.stores
            or calling.channel in self.channels
            or calling.api_key in self.api_keys
        )

    def articles(self, lines: Sequence[Line], added: Sequence[Article]) -> ArticleStop | None:
        """What it stops of the articles that a request can meet."""
        met: list[Line | Article] = [*lines, *added]
        products = self.products.intersection(one.product_id for one in met if one.product_id is not None)
        collections = self.collections.intersection(name for one in met for name in one.collections)
        if not (products or collections):
            return None
        return ArticleStop(id=self.id, since=self.since, products=products, collections=collections)


@dataclass(frozen=True, kw_only=True)
class Stops:
    """Those in force when they were read, oldest first; `read_at` is of the stopwatch `time.monotonic`."""

    real: tuple[Stop, ...] = ()
    drills: tuple[Stop, ...] = ()
    read_at: float = field(default=0.0, compare=False)

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(stop.id for stop in self.real)

    @property
    def collections(self) -> frozenset[str]:
        """Which collections' articles have to be known."""
        return frozenset().union(*(stop.collections for stop in (*self.real, *self.drills)))


def read() -> Stops:
    """Those in force now (one query)."""
    at = time.monotonic()
    with prepared.cursor() as cursor:
        cursor.execute(IN_FORCE)
        texts = [text for (text,) in cursor.fetchall()]
    return of(texts, read_at=at)


def of(texts: Iterable[str], *, read_at: float) -> Stops:
    """Rows of `IN_FORCE`; `read_at` must be taken before they were asked for."""
    found = sorted(map(_parsed, texts), key=lambda stop: (stop.since, stop.id))
    return Stops(
        real=tuple(stop for stop in found if not stop.is_drill),
        drills=tuple(stop for stop in found if stop.is_drill),
        read_at=read_at,
    )


def calling_of(asking: Asking) -> Calling:
    """The caller and the store of a request; its own metadata beats that of the order."""
    order_metadata = asking.order.metadata if asking.order is not None else None
    is_key = asking.actor.kind is ActorKind.API_KEY
    return Calling(
        channel=asking.actor.channel,
        api_key=asking.actor.id if is_key else "",
        store=store_of(asking.actor, asking.metadata, order_metadata),
    )


def store_of(actor: Actor, *metadata: Mapping[str, Any] | None) -> str:
    """The store's code as the caller's key or request says it, else the first of the metadata that does."""
    said = [one for one in metadata if one is not None]
    return Shopper(actor=actor, customer=None, payload={}, metadata=said).field(USUAL_STORE_FIELD)


def refused(
    candidate: Candidate, stops: Sequence[Stop], calling: Calling, *, now: datetime, zone: ZoneInfo
) -> Candidate:
    """The candidate with the reason of the first stop that covers it; what is unknown anyway stays so."""
    if not stops or candidate.reason is not None:
        return candidate
    category_id = candidate.category.id if candidate.category is not None else None
    for stop in stops:
        if stop.covers(calling, campaign_id=candidate.campaign_id, category_id=category_id):
            text = f"{candidate.label or candidate.key} is"
            reason = stopped(text, stop=stop.id, since=stop.since, now=now, zone=zone)
            return replace(candidate, reason=reason)
    return candidate


def applied(snapshot: Snapshot, stops: Sequence[Stop], calling: Calling) -> Snapshot:
    """The snapshot with what these stops refuse."""
    if not stops:
        return snapshot
    lines = snapshot.basket.lines if snapshot.basket is not None else ()
    articles = (stop.articles(lines, snapshot.articles) for stop in stops)
    now, zone = snapshot.now, ZoneInfo(snapshot.time_zone)
    return replace(
        snapshot,
        candidates=tuple(refused(one, stops, calling, now=now, zone=zone) for one in snapshot.candidates),
        stops=tuple(stop for stop in articles if stop is not None),
    )


@functools.lru_cache(maxsize=256)
def _parsed(text: str) -> Stop:
    """Kept by the whole row, so that it cannot be stale."""
    row = json.loads(text)
    covers: Mapping[str, Any] = row["covers"]
    return Stop(
        id=row["id"],
        since=datetime.fromisoformat(row["since"]),
        is_drill=row["is_drill"],
        is_everything=bool(covers.get("everything")),
        **{kind: frozenset(entry["id"] for entry in covers.get(kind, ())) for kind in KINDS},
    )
