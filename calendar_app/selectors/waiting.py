"""What is asked for and not in force yet: requests about campaigns, and the dates that they propose.

Contract: governance K6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import F, Func, JSONField, TextField
from django.db.models.functions import Cast

from approvals.models import OPEN, ApprovalRequest
from core.instants import parse_instant

MOST: Final = 500
_CAMPAIGN: Final = "campaign"
_START, _END = "start_date", "expiration_date"


@dataclass(frozen=True, kw_only=True, slots=True)
class Dates:
    """Proposed ones. None is open. `tier`: the name of the tier that they are of, "" the campaign's own."""

    starts_at: datetime | None
    ends_at: datetime | None
    tier: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """One open request about a campaign. `ghosts` are the dates that it would change; mostly none.

    `effective_at`: when it takes effect by itself once everybody said yes. `launches`: it makes a draft run.
    `deletes`: it is about to go.
    """

    pk: int
    public_id: str
    title: str
    campaign_id: str
    is_decided: bool
    effective_at: datetime | None
    launches: bool
    deletes: bool
    ghosts: tuple[Dates, ...]


class _Read(Func):
    """What stands at a path of a JSON column."""

    function = "jsonb_path_query_array"
    template = "%(function)s(%(expressions)s, '%(path)s')"
    output_field = JSONField()


class _Text(Func):
    """The text under a key, None where there is none."""

    template = "(%(expressions)s ->> '%(key)s')"
    output_field = TextField()


_TIERS: Final = (
    '$.tiers[*].keyvalue() ? (@.key == "name" || @.key == "start_date" || @.key == "expiration_date")'
)


def about_campaigns() -> list[Waiting]:
    """The open requests about campaigns in reach, oldest first (one query)."""
    rows = ApprovalRequest.objects.filter(state__in=OPEN, target_type=_CAMPAIGN).order_by("pk")
    columns = {
        f"{side}_{name}": _Text(F(side), key=key)
        for side in ("base", "proposal")
        for name, key in (("starts", _START), ("ends", _END), ("active", "active"))
    }
    tiers = {f"{side}_tiers": _Read(F(side), path=_TIERS) for side in ("base", "proposal")}
    is_gone = Cast(F("proposal"), TextField())
    found = rows.annotate(**columns, **tiers, said=is_gone).values(
        "pk", "public_id", "title", "target_id", "state", "effective_at", *columns, *tiers, "said"
    )
    return [_waiting(row) for row in found[:MOST]]


def _waiting(row: Mapping[str, Any]) -> Waiting:
    deletes = row["said"] in (None, "null")
    return Waiting(
        pk=row["pk"],
        public_id=row["public_id"],
        title=row["title"],
        campaign_id=row["target_id"],
        is_decided=row["state"] == ApprovalRequest.State.APPROVED,
        effective_at=row["effective_at"],
        launches=row["base_active"] != "true" and row["proposal_active"] == "true",
        deletes=deletes,
        ghosts=() if deletes else tuple(_ghosts(row)),
    )


def _ghosts(row: Mapping[str, Any]) -> Iterator[Dates]:
    proposed = (row["proposal_starts"], row["proposal_ends"])
    if proposed != (row["base_starts"], row["base_ends"]):
        yield Dates(starts_at=_instant(proposed[0]), ends_at=_instant(proposed[1]))
    before = _by_tier(row["base_tiers"])
    for name, dates in _by_tier(row["proposal_tiers"]).items():
        if dates != before.get(name, (None, None)):
            yield Dates(starts_at=_instant(dates[0]), ends_at=_instant(dates[1]), tier=name)


def _by_tier(pairs: Iterable[Mapping[str, Any]] | None) -> dict[str, tuple[str | None, str | None]]:
    """The pairs of one tier have one id: those of an object of the path."""
    tiers: dict[Any, dict[str, Any]] = {}
    for pair in pairs or ():
        tiers.setdefault(pair["id"], {})[pair["key"]] = pair["value"]
    return {str(values.get("name", "")): (values.get(_START), values.get(_END)) for values in tiers.values()}


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None
