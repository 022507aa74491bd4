"""What somebody answered so far in the steps of a promotion. Notes, no terms: nobody is asked about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from approvals import codec
from core.errors import DomainError, NotFound
from core.locking import lock
from promotions.models import Campaign, CampaignSetup
from promotions.services.definitions import facts

type Answers = Mapping[str, Mapping[str, Any]]


class StepChanged(DomainError):
    """Somebody saved the same step meanwhile: in another tab, or a colleague."""

    status = 409
    key = "step_changed_meanwhile"
    message = "Step was saved meanwhile"


def mark(said: Mapping[str, Any] | None) -> str:
    """By which a page says what of a step it shows."""
    return codec.digest(facts(dict(said or {})))[:16]


def plain(answers: Answers) -> dict[str, dict[str, Any]]:
    """As the column keeps them, so that two can be compared."""
    return {key: facts(dict(said)) for key, said in answers.items()}


def begin(
    *,
    owner_id: int,
    answers: Answers,
    now: datetime,
    campaign: Campaign | None = None,
    base: Mapping[str, Any] | None = None,
) -> CampaignSetup:
    """`base`: {"answers", "digest"} of the campaign as it was when its change was begun."""
    row = CampaignSetup(
        owner_id=owner_id,
        campaign=campaign,
        answers=plain(answers),
        base=facts(dict(base)) if base else None,
        name=_name(answers),
        created_at=now,
        updated_at=now,
    )
    row.save(force_insert=True)
    return row


def keep(*, setup_id: int, key: str, said: Mapping[str, Any], seen: str, now: datetime) -> CampaignSetup:
    """Save the answers of one step; `seen` is the `mark` of what the page showed.

    :raises StepChanged: it says something else by now. :raises NotFound: thrown away in the meantime.
    """
    with transaction.atomic():
        row = _locked(setup_id)
        present, wanted = row.answers.get(key) or {}, facts(dict(said))
        if mark(present) not in (seen, mark(wanted)):
            raise StepChanged("This step was saved somewhere else since you opened it.")
        row.answers = plain({**row.answers, key: wanted})
        row.name, row.step, row.updated_at = _name(row.answers), key, now
        row.save(update_fields=["answers", "name", "step", "updated_at"])
    return row


def rebase(*, setup_id: int, current: Mapping[str, Any], now: datetime) -> tuple[list[str], list[str]]:
    """Bring a change up to date with the campaign; returns the steps that were taken over, and those where
    both sides changed something: there the own answers stay.

    :raises NotFound: thrown away in the meantime.
    """
    with transaction.atomic():
        row = _locked(setup_id)
        was = (row.base or {}).get("answers") or {}
        theirs = plain(current["answers"])
        changed = [key for key in theirs if mark(theirs[key]) != mark(was.get(key))]
        own = [key for key in changed if mark(row.answers.get(key)) != mark(was.get(key))]
        taken = [key for key in changed if key not in own]
        both = [key for key in own if mark(row.answers.get(key)) != mark(theirs[key])]
        row.answers = plain({**row.answers, **{key: theirs[key] for key in taken}})
        row.base = facts({**current, "answers": theirs})
        row.updated_at = now
        row.save(update_fields=["answers", "base", "updated_at"])
    return taken, both


def drop(*, setup_id: int) -> None:
    """It became a campaign, or nobody wants it any more; the second time nothing happens."""
    CampaignSetup.objects.filter(pk=setup_id).delete()


def _name(answers: Answers) -> str:
    return str((answers.get("type") or {}).get("name") or "")[:255]


def _locked(setup_id: int) -> CampaignSetup:
    rows = lock(CampaignSetup.objects.filter(pk=setup_id))
    if not rows:
        raise NotFound.of("campaign_setup", str(setup_id))
    return rows[0]
