from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals import codec
from approvals.codec import OutdatedArguments
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec
from promotions.services.vouchers import VoucherSpec
from tests.factories.promotions import CampaignFactory

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.just(UTC))
    | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.lists(inner).map(tuple),
    max_leaves=20,
)


def there_and_back(arguments: dict[str, Any], *specs: type[Any]) -> dict[str, Any]:
    return codec.decode(json.loads(json.dumps(codec.encode(arguments))), specs)


@given(st.dictionaries(st.text().filter(lambda name: name not in {"actor", "now", "once"}), PLAIN))
def test_what_comes_back_from_storage_is_what_was_asked(arguments: dict[str, Any]) -> None:
    assert there_and_back(arguments) == arguments


def test_specs_come_back_with_all_that_is_in_them() -> None:
    spec = CampaignSpec(
        kind="PROMOTION",
        tiers=(TierSpec(values={"name": "Gold", "discount": {"percent_off": Decimal("12.5")}}),),
        values={"starts_at": datetime(2026, 3, 1, tzinfo=UTC), "ends_on": date(2026, 4, 1)},
    )

    assert there_and_back({"spec": spec}, CampaignSpec, TierSpec) == {"spec": spec}


def test_only_dataclasses_that_the_operation_names_are_made() -> None:
    stored = codec.encode({"spec": VoucherSpec(code="A")})

    with pytest.raises(OutdatedArguments, match="VoucherSpec"):
        codec.decode(stored, (CampaignSpec,))


def test_a_field_of_a_later_release_is_refused_and_not_dropped() -> None:
    stored = codec.encode({"spec": VoucherSpec(code="A")})
    stored["spec"]["value"]["colour"] = "red"

    with pytest.raises(OutdatedArguments, match="colour"):
        codec.decode(stored, (VoucherSpec,))


@pytest.mark.django_db
def test_rows_come_back_as_they_are_now_and_a_row_that_is_gone_is_said() -> None:
    campaign = CampaignFactory(name="Summer")
    stored = codec.encode({"campaign": campaign})
    campaign.name = "Autumn"
    campaign.save(update_fields=["name"])

    assert codec.decode(stored, ())["campaign"].name == "Autumn"

    campaign.delete()
    with pytest.raises(OutdatedArguments, match="not there any more"):
        codec.decode(stored, ())


def test_who_and_when_are_not_kept() -> None:
    assert codec.encode({"actor": object(), "now": object(), "once": object(), "count": 3}) == {"count": 3}
