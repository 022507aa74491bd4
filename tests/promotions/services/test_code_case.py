"""Whether capitals matter in codes cannot change once codes exist."""

from __future__ import annotations

from datetime import datetime

import pytest

from core.actors import Actor
from core.models import ProjectSettings
from core.services import project
from core.services.project import CodeCaseFixed
from tests.factories.promotions import VoucherFactory

pytestmark = pytest.mark.django_db


def change(actor: Actor, now: datetime) -> None:
    project.update(changes={"case_insensitive_codes": True}, actor=actor, now=now)


def test_can_change_before_the_first_code(settings_row: ProjectSettings, actor: Actor, now: datetime) -> None:
    change(actor, now)

    settings_row.refresh_from_db()
    assert settings_row.case_insensitive_codes is True


def test_is_fixed_once_a_code_exists(settings_row: ProjectSettings, actor: Actor, now: datetime) -> None:
    VoucherFactory(deleted_at=now)  # also in the bin, where codes stay reserved

    with pytest.raises(CodeCaseFixed):
        change(actor, now)

    settings_row.refresh_from_db()
    assert settings_row.case_insensitive_codes is False
    assert project.update(changes={"name": "Shop"}, actor=actor, now=now).name == "Shop"


def test_codes_that_left_the_house_do_not_count(
    settings_row: ProjectSettings, actor: Actor, now: datetime
) -> None:
    VoucherFactory(deleted_at=now, released_at=now)

    change(actor, now)

    settings_row.refresh_from_db()
    assert settings_row.case_insensitive_codes is True
