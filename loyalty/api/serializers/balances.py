"""Points by hand, as callers send them. Contract: loyalty 4.1, 9."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date

from core import project
from core.api.fields import ChoiceField, IntegerField, StrictField, TextField, WireSerializer, parse
from core.errors import InvalidPayload
from core.instants import parse_instant
from loyalty.programmes import MOST_POINTS
from loyalty.services.balances import Expires
from loyalty.services.transfers import MOST, Donation


class _DayField(StrictField):
    """A date, or an instant: then the project's day of it."""

    default_error_messages = {"type": "cannot be recognized as a ISO-8601 compliant date"}

    def to_internal_value(self, data: Any) -> date:
        try:
            if isinstance(data, str) and (day := parse_date(data)) is not None:
                return day
            return project.day_of(parse_instant(data))
        except ValueError:
            self.fail("type")

    def to_representation(self, value: date) -> str:
        return value.isoformat()


class BalanceInput(WireSerializer):
    """`POST …/balance`: points that are added, or taken away with a minus."""

    points = IntegerField(lowest=-MOST_POINTS, highest=MOST_POINTS)
    expiration_type = ChoiceField(Expires, required=False, allow_null=True)
    expiration_date = _DayField(required=False, allow_null=True)
    reason = TextField(required=False, allow_null=True, max_length=500)
    source_id = TextField(required=False, allow_null=True, max_length=200)


class PendingBalanceInput(WireSerializer):
    points = IntegerField(lowest=-MOST_POINTS, highest=MOST_POINTS)


class DonationInput(WireSerializer):
    code = TextField(allow_blank=False, max_length=255)
    points = IntegerField(lowest=-MOST_POINTS, highest=MOST_POINTS)
    reason = TextField(required=False, allow_null=True, max_length=500)
    source_id = TextField(required=False, allow_null=True, max_length=200)


def donations(data: Any) -> tuple[Donation, ...]:
    """The donors of a transfer, each named once.

    :raises InvalidPayload: not a list of them, too many, or one twice.
    """
    if not isinstance(data, list) or not 1 <= len(data) <= MOST:
        raise InvalidPayload(f"A list of 1 to {MOST} donors is expected.")
    found = tuple(_donation(parse(DonationInput, one)) for one in data)
    if len({one.code for one in found}) < len(found):
        raise InvalidPayload("Each donor can be named once.")
    return found


def _donation(given: Mapping[str, Any]) -> Donation:
    return Donation(
        code=given["code"],
        points=given["points"],
        reason=given.get("reason") or "",
        source_id=given.get("source_id") or "",
    )
