from __future__ import annotations

import logging
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from core import audit
from core.actors import Actor
from core.models import AuditEntry, ProjectSettings, Seal, SealHead
from core.seals import ID_MIN
from core.services import sealing
from tests.conftest import NOW
from tests.core.planted import planted

SYSTEM = Actor.system("tests")
TABLE = "core_auditentry"


@pytest.fixture
def entries(settings_row: ProjectSettings) -> list[AuditEntry]:
    return [
        audit.log(SYSTEM, "voucher.updated", settings_row, now=NOW, after={"n": number})
        for number in range(12)
    ]


def test_seals_in_batches_that_follow_from_each_other(entries: list[AuditEntry]) -> None:
    assert sealing.seal(now=NOW, batch_size=5) == 12

    ids = [entry.pk for entry in entries]
    found = list(Seal.objects.order_by("number"))
    assert [(one.number, one.ids) for one in found] == [(1, ids[:5]), (2, ids[5:10]), (3, ids[10:])]
    assert [one.after_id for one in found] == [ID_MIN, ids[4], ids[9]]
    assert [one.previous for one in found] == ["", found[0].digest, found[1].digest]
    assert [sealing.digest_of(one) for one in found] == [one.digest for one in found]
    assert len(bytes(found[0].row_digests)) == 5 * 32
    head = SealHead.objects.get()
    assert (head.number, head.digest) == (3, found[2].digest)


def test_what_is_sealed_is_not_sealed_again(entries: list[AuditEntry], settings_row: ProjectSettings) -> None:
    sealing.seal(now=NOW)
    before = list(Seal.objects.values())

    assert sealing.seal(now=NOW) == 0
    assert list(Seal.objects.values()) == before
    young = audit.log(SYSTEM, "voucher.updated", settings_row, now=NOW)
    assert sealing.seal(now=NOW) == 1
    assert Seal.objects.get(number=2).ids == [young.pk]


def test_the_newest_digest_goes_into_the_log(
    entries: list[AuditEntry], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="core.services.sealing"):
        sealing.seal(now=NOW)
        sealing.seal(now=NOW)

    assert caplog.messages == [f"sealed 12 rows; seal 1 is {SealHead.objects.get().digest}"]


@pytest.mark.parametrize(
    "change",
    [
        lambda: Seal.objects.update(digest=""),
        lambda: Seal.objects.all().delete(),
        lambda: SealHead.objects.all().delete(),
    ],
)
def test_seals_are_final(entries: list[AuditEntry], change: Any) -> None:
    sealing.seal(now=NOW)

    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        change()


def test_a_lost_end_is_not_made_up(entries: list[AuditEntry]) -> None:
    sealing.seal(now=NOW)
    planted("DELETE FROM core_sealhead")

    with pytest.raises(RuntimeError, match="verify_audit"), transaction.atomic():
        sealing.seal(now=NOW)
