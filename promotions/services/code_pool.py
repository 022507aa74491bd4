"""The next free codes of a campaign, for any number of callers at once. Contract: semantics-core 18.

Free is a code that is enabled, that nobody was given and nobody used. The oldest go first. The look begins
behind the codes that were given out last, so that it costs the same whether a million codes are left or one:
what lies before is only looked through when nothing is left behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from core import prepared
from core.actors import Actor
from core.errors import DomainError
from promotions.code_config import CodeConfig, InvalidCodeConfig
from promotions.models import Campaign, Voucher
from promotions.services import campaign_pool, codes, holds, ledger, versions, vouchers
from promotions.services.vouchers import VoucherSpec

_TIDIED_AT_ONCE: Final = 100

_IS_FREE: Final = (
    "NOT is_out_of_pool AND is_active AND deleted_at IS NULL AND released_at IS NULL "
    "AND holder_id IS NULL AND redeemed_quantity = 0 AND (ends_at IS NULL OR ends_at > %(now)s)"
)
"""A code's own end; the campaign's is its campaign's affair. What a basket holds is nearly free."""
_LAST_GIVEN: Final = (
    "COALESCE((SELECT drawn_up_to FROM promotions_publication WHERE campaign_id = %(campaign)s "
    "AND drawn_up_to IS NOT NULL ORDER BY id DESC LIMIT 1), 0)"
)
# Pairs, in the order of pairs: only the index of free codes has that. With `campaign_id =` in the order of
# keys PostgreSQL may well read all codes of all campaigns, few of which are free in the end.
_TAKE: Final = (
    "SELECT id FROM promotions_voucher WHERE (campaign_id, id) > (%(campaign)s, {after}) "  # noqa: S608 - our own text
    f"AND campaign_id <= %(campaign)s AND {_IS_FREE} AND held_quantity = 0 "
    "{besides} ORDER BY campaign_id, id LIMIT %(count)s FOR NO KEY UPDATE {otherwise}"
)
_BEHIND: Final = _TAKE.format(after=_LAST_GIVEN, besides="", otherwise="SKIP LOCKED")
_ANYWHERE: Final = _TAKE.format(after=0, besides="AND id <> ALL(%(besides)s)", otherwise="SKIP LOCKED")
_WAITING: Final = _TAKE.format(after=0, besides="", otherwise="")
_HELD_TOO_LONG: Final = (
    "SELECT id FROM promotions_voucher WHERE campaign_id = %(campaign)s "  # noqa: S608 - our own text
    f"AND {_IS_FREE} AND held_quantity > 0 "
    "AND id IN (SELECT hold.voucher_id FROM promotions_hold AS hold JOIN promotions_validationsession "
    "AS session ON session.id = hold.session_id WHERE session.expires_at <= %(now)s) "
    "ORDER BY id LIMIT %(count)s FOR NO KEY UPDATE SKIP LOCKED"
)
_COUNT: Final = (
    "SELECT count(*) FROM (SELECT 1 FROM promotions_voucher WHERE campaign_id = %(campaign)s "  # noqa: S608 - our own text
    f"AND {_IS_FREE} AND held_quantity = 0 LIMIT %(most)s) AS free"
)


class NoVoucherSuitable(DomainError):
    key = "no_voucher_suitable_for_publication"
    message = "No voucher suitable for publication"


class _OthersHoldSome(Exception):
    """Too few are free while others have not decided about theirs."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Primary keys of the codes, in order, and how many of them were made for this."""

    pks: list[int]
    made: int = 0


def take(*, campaign: Campaign, count: int, actor: Actor, now: datetime, or_fewer: bool = False) -> Taken:
    """Lock `count` free codes until the transaction ends, with `or_fewer` as many of them as there are.

    Nobody waits for anybody while there are enough. A campaign of type AUTO_UPDATE makes what is missing; the
    caller says so by `settle`, last of all.

    :raises NoVoucherSuitable: there are fewer, also after those have finished who hold some.
    """
    asked = {"campaign": campaign.pk, "count": count, "now": now}
    if campaign.type == Campaign.Type.AUTO_UPDATE:
        found = _free(asked)
        made = _make(campaign, count - len(found), actor, now) if len(found) < count else []
        return Taken(pks=sorted([*found, *(voucher.pk for voucher in made)]), made=len(made))
    try:
        with transaction.atomic():
            found = _free(asked)
            if len(found) < count:
                raise _OthersHoldSome
    except _OthersHoldSome:
        _let_go(asked, now)
        # What was taken is free again, and everybody who waits does so in the order of primary keys.
        found = _ids(_WAITING, asked)
    if len(found) < count and not or_fewer:
        raise NoVoucherSuitable(_too_few(campaign, len(found)))
    return Taken(pks=found)


def settle(*, campaign: Campaign, taken: Taken) -> None:
    """Count what was made. Last in the transaction, because everybody wants this row."""
    if taken.made:
        campaign_pool.count_in_beyond(campaign_id=campaign.pk, count=taken.made)


def count_free(*, campaign: Campaign, now: datetime, most: int) -> int:
    """How many codes the campaign could give out now, `most` if there are more."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"campaign": campaign.pk, "now": now, "most": most})
        return int(cursor.fetchone()[0])


def _free(asked: Mapping[str, Any]) -> list[int]:
    """Up to `count` codes that nobody else is at, in the order of their keys."""
    found = _ids(_BEHIND, asked)
    if len(found) < asked["count"]:
        missing = asked["count"] - len(found)
        found += _ids(_ANYWHERE, {**asked, "count": missing, "besides": found})
    return sorted(found)


def _let_go(asked: Mapping[str, Any], now: datetime) -> None:
    """Codes that baskets of the past hold are free, whether the job that tidies ran or not."""
    for pk in _ids(_HELD_TOO_LONG, {**asked, "count": _TIDIED_AT_ONCE}):
        holds.tidy(voucher=pk, now=now)


def _ids(sql: str, parameters: Mapping[str, Any]) -> list[int]:
    with prepared.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [pk for (pk,) in cursor.fetchall()]


def _make(campaign: Campaign, count: int, actor: Actor, now: datetime) -> Sequence[Voucher]:
    """New codes beyond any limit of the pool (contract: semantics-core 15.1), which never lie in it."""
    settings = codes.settled_settings()
    config = CodeConfig.from_wire(campaign.code_config)

    def build(code: str) -> Voucher:
        voucher = vouchers.new(spec=VoucherSpec(), campaign=campaign, now=now)
        voucher.code, voucher.is_out_of_pool = code, True
        return voucher

    try:
        made = codes.fill(config=config, count=count, build=build, settings=settings)
    except InvalidCodeConfig as error:
        raise NoVoucherSuitable(f"No code is free and no new one can be made. {error.details}") from error
    ledger.issue(made, now=now)
    versions.note_all(Voucher, [voucher.pk for voucher in made], actor=actor, now=now)
    return made


def _too_few(campaign: Campaign, found: int) -> str:
    if found:
        return f"Only {found} codes of {campaign.name} are free. Add codes to the campaign, or ask for fewer."
    return f"All codes of {campaign.name} were given out or used. Add codes to the campaign."
