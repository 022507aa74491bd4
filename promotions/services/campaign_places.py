"""Where a campaign applies, written by whoever may. Contract: data and events 16."""

from __future__ import annotations

from datetime import datetime

from core.actors import Actor
from core.errors import Forbidden
from core.places import Limit
from core.services import assignments
from core.services.assignments import Access, Places
from promotions.models import Campaign, CampaignAssignment


class OutsideOwnPlaces(Forbidden):
    """Somebody of single areas would make something for others."""


def settle(
    campaign: Campaign, access: Access | None, *, is_new: bool = False, actor: Actor, now: datetime
) -> tuple[list[str], list[str]]:
    """Assign the campaign, which the caller has locked; returns the names of its places before and after.

    Somebody who is limited to places assigns nothing beyond them; a new campaign of his is in all of them,
    unless he says in which.

    :raises OutsideOwnPlaces: it would apply where he does not work, or everywhere.
    :raises NotFound: unknown area or store. :raises InvalidPayload: more than 100 assignments.
    """
    own = actor.places
    if access is None or not (access.assign != Places() or access.unassign != Places() or access.is_whole):
        if own is None or not is_new:
            return [], []
        access = Access(assign=Places.of(own))
    found = assignments.change(CampaignAssignment, {"campaign": campaign}, access, now=now)
    campaign.refresh_from_db(fields=["places"])
    if own is not None and not Limit(own).contains(campaign.places):
        raise OutsideOwnPlaces("It has to be assigned to areas or stores of yours, and to no others.")
    return found
