"""Why a day is crowded, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext

from calendar_app.crowding import Cause, Reason
from core import words


def sentence(reasons: Sequence[Reason], names: Mapping[str, str]) -> str:
    """`names` of segments by their ids. Empty: the day is not crowded.

    "12 promotions at once, usual are 7. 8 promotions for VIP, more than 5."
    """
    return " ".join(_said(reason, names) for reason in reasons)


def _said(reason: Reason, names: Mapping[str, str]) -> str:
    is_limit = reason.limit is not None
    said = {
        "amount": _amount(reason, reason.amount),
        "limit": _amount(reason, reason.limit if reason.limit is not None else reason.usual or 0),
        "audience": names.get(reason.audience, reason.audience),
    }
    match reason.cause:
        case Cause.AUDIENCE:
            return gettext("%(amount)s promotions for %(audience)s, more than %(limit)s.") % said
        case Cause.LIVE if is_limit:
            return gettext("%(amount)s promotions at once, more than %(limit)s.") % said
        case Cause.LIVE:
            return gettext("%(amount)s promotions at once, usual are %(limit)s.") % said
        case _ if is_limit:
            return gettext("%(amount)s planned to be given, more than %(limit)s.") % said
    return gettext("%(amount)s planned to be given, usual are %(limit)s.") % said


def _amount(reason: Reason, amount: int) -> str:
    return words.money(amount) if reason.cause is Cause.BUDGET else words.number(amount)
