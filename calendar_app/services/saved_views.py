"""Saved views of the calendar: everybody keeps his own, and may share them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from calendar_app.models import SavedView, StartingView
from calendar_app.selectors import saved_views
from core import audit
from core.actors import Actor, Role
from core.errors import DomainError, NotFound

MOST: Final = 50
"""Views that one person may keep."""
_NOUN: Final = "saved_view"


class ViewNotSaved(DomainError):
    status = 400
    key = "view_not_saved"
    message = "The view was not saved"


def save(*, name: str, query: str, is_shared: bool, actor: Actor, now: datetime) -> SavedView:
    """Keep what is looked at under a name; the same name again replaces what it meant.

    :raises ViewNotSaved: no name, a too long one, or too many views.
    """
    title = " ".join(name.split())
    longest = SavedView._meta.get_field("name").max_length or 0
    if not title or len(title) > longest:
        raise ViewNotSaved(f"Give the view a name of at most {longest} letters.")
    own = SavedView.objects.filter(owner_id=int(actor.id))
    if own.count() >= MOST and not own.filter(name=title).exists():
        raise ViewNotSaved(f"You keep {MOST} views already: delete one of them first.")
    with transaction.atomic():
        return _save(int(actor.id), title, query, is_shared=is_shared, actor=actor, now=now)


def _save(owner: int, name: str, query: str, *, is_shared: bool, actor: Actor, now: datetime) -> SavedView:
    values = {"query": query, "is_shared": is_shared, "updated_at": now}
    view, _ = SavedView.objects.update_or_create(
        owner_id=owner,
        name=name,
        defaults=values,
        create_defaults={"query": query, "is_shared": is_shared, "created_at": now},
    )
    if is_shared:
        audit.log(actor, "saved_view.shared", view, now=now, after={"name": name, "query": query})
    return view


@transaction.atomic
def delete(*, view_id: int, actor: Actor, now: datetime) -> None:
    """Whose view it is, or an administrator if it is shared.

    :raises NotFound: there is none of his.
    """
    view = saved_views.offered_to(int(actor.id)).filter(pk=view_id).first()
    if view is None or not (str(view.owner_id) == actor.id or actor.role == Role.ADMIN):
        raise NotFound.of(_NOUN, str(view_id))
    if view.is_shared:
        audit.log(actor, "saved_view.deleted", view, now=now, before={"name": view.name})
    view.delete()


@transaction.atomic
def begin_with(*, view_id: int | None, actor: Actor) -> None:
    """Open the calendar with this view from now on; None: as everybody does.

    :raises NotFound: neither his own nor a shared one.
    """
    user = int(actor.id)
    if view_id is None:
        StartingView.objects.filter(user_id=user).delete()
        return
    if not saved_views.offered_to(user).filter(pk=view_id).exists():
        raise NotFound.of(_NOUN, str(view_id))
    StartingView.objects.update_or_create(user_id=user, defaults={"view_id": view_id})
