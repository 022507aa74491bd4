"""What can be redeemed: the protocol of a kind, and the registry of kinds.

A kind knows one `object` of the wire. It finds rows by what the client sent, describes them to the engine and
moves their counters. `promotions.kinds` registers vouchers and tiers; loyalty cards will come from
`loyalty.kinds`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from django.db import models

from core.errors import DomainError, NotFound
from core.models import ProjectSettings
from engine import Candidate, Step
from promotions.models import Campaign, Category, Redemption, Rollback
from promotions.reward_offers import Offer


@dataclass(frozen=True, kw_only=True)
class Held:
    """Uses and credits of one voucher: what other sessions keep, and what the asking one does."""

    uses: int = 0
    own_uses: int = 0
    credits: int = 0
    own_credits: int = 0


NOTHING_HELD: Final = Held()


@dataclass(frozen=True, kw_only=True)
class Requested:
    """One entry of `redeemables` as the client sent it: `object` of the wire, and a code or id.

    `credits` is what a card shall pay (a loyalty card: points); None = as much as is useful. `reward` is the
    id of the reward, or of its assignment, that a loyalty card is to pay for. `is_taken`: it is asked for by
    itself, so that it may be any reward; with others only one that pays the order.
    """

    object: str
    id: str
    credits: int | None = None
    reward: str = ""
    is_taken: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """A requested redeemable with its rows. `row` is None when nothing has that code or id.

    `candidate` is what the engine sees of it, `rule_version_ids` are primary keys of its rules' versions,
    `held` is what validation sessions keep of it, `offer` the reward that a loyalty card pays for.
    """

    requested: Requested
    candidate: Candidate
    row: models.Model | None = None
    campaign: Campaign | None = None
    category: Category | None = None
    rule_version_ids: tuple[int, ...] = ()
    held: Held = NOTHING_HELD
    offer: Offer | None = None


class NotRedeemable(DomainError):
    """One redeemable of a request could not be used, so nothing of the request was."""


class QuantityExceeded(NotRedeemable):
    key = "quantity_exceeded"
    message = "quantity exceeded"


class Kind(Protocol):
    """One kind of redeemable."""

    @property
    def object(self) -> str:
        """The wire's name of the kind."""

    def find(self, ids: Collection[str], settings: ProjectSettings) -> Mapping[str, models.Model]:
        """Rows by what was sent, with what the candidate needs (one query); unknown ids are left out."""

    def describe(self, requested: Requested, row: models.Model) -> Found:
        """The row as the engine sees it."""

    def references(self, found: Found) -> Mapping[str, Any]:
        """The columns of a redemption row that point to this redeemable."""

    def consume(self, found: Found, step: Step, *, redemption: Redemption, now: datetime) -> None:
        """Count one use by guarded update; called in primary key order, last in the transaction.

        `redemption` is the stored row of this use.

        :raises NotRedeemable: somebody else was faster.
        """

    def restore(self, redemption: Redemption, *, rollback: Rollback, now: datetime) -> None:
        """Give back what `consume` took for this redemption. `rollback` is the stored row that says so."""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Called from `AppConfig.ready()`."""
    _kinds[kind.object] = kind


def kind_of(object_name: str) -> Kind:
    """:raises NotFound: no kind of that name is installed."""
    try:
        return _kinds[object_name]
    except KeyError:
        raise NotFound.of("redeemable kind", object_name) from None


def supported_objects() -> list[str]:
    """Wire names of all kinds that requests may hold."""
    return sorted(_kinds)
