"""Codes by COPY: exactly as many as asked for, all different, also where most are taken."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from core import project
from core.models import ProjectSettings
from promotions.code_config import CodeConfig, InvalidCodeConfig
from promotions.models import Campaign, Voucher
from promotions.services import code_copies, vouchers
from promotions.services.vouchers import VoucherSpec
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db


def fill(
    config: CodeConfig, count: int, now: datetime, campaign: Campaign | None = None, **spec: Any
) -> list[int]:
    campaign = campaign or CampaignFactory()
    pattern = vouchers.new(spec=VoucherSpec(**spec), campaign=campaign, now=now)
    with transaction.atomic():
        return code_copies.fill(config=config, count=count, pattern=pattern, settings=project.current())


def test_makes_codes_like_the_pattern(now: datetime) -> None:
    config = CodeConfig(prefix="A\\", pattern="##\t-##", postfix="{'é'}", charset="xyzäöü\\")
    campaign = CampaignFactory(voucher_redemption_quantity=3)

    made = fill(
        config,
        50,
        now,
        campaign,
        metadata={"note": "tab\there, back\\slash", "none": None},
        values={"additional_info": "two\nlines", "days_of_week": [1, 5]},
    )

    rows = Voucher.objects.filter(pk__in=made)
    assert len(set(rows.values_list("code", flat=True))) == len(made) == 50
    for row in rows:
        assert row.code.startswith("A\\")
        assert row.code.endswith("{'é'}")
        assert row.code[4:6] == "\t-"
        assert set(row.code[2:4] + row.code[6:8]) <= set(config.charset)
        assert row.code_key == row.code
        assert row.metadata == {"note": "tab\there, back\\slash", "none": None}
        assert row.additional_info == "two\nlines"
        assert (row.redemption_quantity, row.days_of_week, row.is_active) == (3, [1, 5], True)
        assert (row.campaign, row.created_at, row.redeemed_quantity) == (campaign, now, 0)
        assert row.public_id.startswith("v_")
        assert len(row.public_id) == 34


def test_goes_round_codes_that_are_taken(now: datetime) -> None:
    """By the way past the stage: a space this small is never copied into directly."""
    for number in range(100):
        VoucherFactory(code=f"{number:03}", code_key=f"{number:03}")

    made = fill(CodeConfig(pattern="###", charset="0123456789"), 700, now)

    assert len(made) == len(set(made)) == 700
    assert Voucher.objects.filter(code__regex=r"^\d{3}$").count() == 800


def test_one_taken_code_in_a_vast_space_does_no_harm(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy into the table breaks off, and the same rows go past the stage."""
    VoucherFactory(code="TAKENONE", code_key="TAKENONE")
    real = code_copies.random_codes.draw

    def with_a_taken_one(config: CodeConfig, count: int) -> list[str]:
        drawn = real(config, count)
        return ["TAKENONE", *drawn[1:]] if count == 30 else drawn

    monkeypatch.setattr(code_copies.random_codes, "draw", with_a_taken_one)
    made = fill(CodeConfig(), 30, now)

    assert len(made) == len(set(made)) == 30
    assert Voucher.objects.count() == 31


def test_says_when_nothing_is_left_and_comes_to_an_end(now: datetime) -> None:
    with pytest.raises(InvalidCodeConfig):
        fill(CodeConfig(pattern="#", charset="abc"), 4, now)

    assert not Voucher.objects.exists()


def test_codes_differ_by_more_than_case_where_case_does_not_count(now: datetime) -> None:
    ProjectSettings.objects.update(case_insensitive_codes=True)
    VoucherFactory(code="Ab", code_key="ab")

    made = fill(CodeConfig(pattern="##", charset="abcdABCD"), 12, now)

    keys = Voucher.objects.filter(pk__in=made).values_list("code_key", "code")
    assert len({key for key, _ in keys}) == 12
    assert all(key == code.casefold() != "ab" for key, code in keys)
    assert any(code != key for key, code in keys)


def test_released_codes_are_free_again(now: datetime) -> None:
    for character in "abcd":
        VoucherFactory(code=character, code_key=character, deleted_at=now, released_at=now)

    assert len(fill(CodeConfig(pattern="#", charset="abcd"), 4, now)) == 4


@pytest.mark.django_db(transaction=True)
def test_two_at_once_share_a_small_space(now: datetime) -> None:
    campaign, gate = CampaignFactory(), threading.Barrier(2)
    errors: list[Exception] = []

    def work() -> None:
        try:
            gate.wait(timeout=30)
            fill(CodeConfig(pattern="###", charset="0123456789"), 300, now, campaign)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not errors
    assert Voucher.objects.count() == Voucher.objects.values("code_key").distinct().count() == 600
