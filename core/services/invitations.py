"""Asking people in: an e-mail with a link that works once and lets them choose a password.

The secret of the link is computed from a stored seed and `SECRET_KEY`, so the database holds nothing that
opens a door. Contract: data file 19, governance 3 (R3).
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import EmailValidator
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from core import audit, branding
from core.actors import Actor
from core.errors import DomainError, DuplicateFound, InvalidPayload
from core.locking import lock
from core.models import Invitation
from core.services import people

logger = logging.getLogger(__name__)

OPEN_FOR: Final = timedelta(days=7)
_BATCH: Final = 100
_LONGEST_NAME: Final = 150
_SALT: Final = "core.invitation"


class InvitationOver(DomainError):
    key = "invitation_over"
    message = "Invitation is over"


@dataclass(frozen=True, kw_only=True)
class Invited:
    """A person and the link to hand over, where no mail goes out; it stays out of every repr."""

    person: User
    link: str = field(repr=False)


@transaction.atomic
def invite(*, email: str, first_name: str, last_name: str, role: str, actor: Actor, now: datetime) -> Invited:
    """Make an account without a password in a role, and have the link mailed. The login is the e-mail.

    :raises InvalidPayload: no e-mail address, or a name that is too long.
    :raises UsedIncorrectRole: there is no such role.
    :raises DuplicateFound: somebody has the address.
    """
    group = people.group_of(role)
    address = email.strip().lower()
    try:
        EmailValidator()(address)
    except ValidationError as error:
        raise InvalidPayload("Property .email must be an e-mail address") from error
    for name, value in (("email", address), ("first_name", first_name), ("last_name", last_name)):
        if len(value) > _LONGEST_NAME:
            raise InvalidPayload(f"Property .{name} must have at most {_LONGEST_NAME} characters")
    known = DuplicateFound("Somebody has this e-mail address. Assign the user instead of inviting.")
    if User.objects.filter(email__iexact=address).exists():
        raise known
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                address, address, first_name=first_name, last_name=last_name, is_staff=True
            )
    except IntegrityError as error:
        raise known from error
    person.groups.add(Group.objects.get(name=group))
    invitation = Invitation.objects.create(
        person=person, seed=secrets.token_hex(32), created_at=now, expires_at=now + OPEN_FOR
    )
    audit.log(actor, "user.created", person, now=now, after=people.facts(person))
    return Invited(person=person, link=link(invitation))


@transaction.atomic
def renew(*, person: User, actor: Actor, now: datetime) -> Invited:
    """A new link in a new e-mail; the former one ends.

    :raises InvitationOver: the person was not invited, or has a password already.
    """
    invitation = _locked(person_id=person.pk)
    if invitation is None or invitation.accepted_at is not None:
        raise InvitationOver("Nobody waits for a link: this person has a password.")
    invitation.seed, invitation.expires_at = secrets.token_hex(32), now + OPEN_FOR
    invitation.mailed_at = None
    invitation.save(update_fields=["seed", "expires_at", "mailed_at"])
    audit.log(actor, "user.invited_again", person, now=now)
    return Invited(person=person, link=link(invitation))


def find(*, invitation_id: int, secret: str, now: datetime) -> Invitation | None:
    """The invitation behind a link, as long as it is open and its person is still welcome."""
    invitation = Invitation.objects.select_related("person").filter(pk=invitation_id).first()
    if invitation is None or not constant_time_compare(secret, _secret(invitation)):
        return None
    is_welcome = people.role_of(invitation.person) is not None
    return invitation if is_welcome and invitation.is_open(now) else None


@transaction.atomic
def accept(*, invitation_id: int, secret: str, password: str, now: datetime, actor: Actor) -> User:
    """Set the password that the person chose; the link has done its work. Validators are the form's affair.

    :raises InvitationOver: it was used, renewed or is too old; or the person has no role any more.
    """
    lock(Invitation.objects.filter(pk=invitation_id))
    invitation = find(invitation_id=invitation_id, secret=secret, now=now)
    if invitation is None:
        raise InvitationOver("This link has been used, or is too old. An administrator can send another one.")
    person = invitation.person
    person.set_password(password)
    person.save(update_fields=["password"])
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    audit.log(actor, "user.accepted_invitation", person, now=now)
    return person


def send_waiting(*, now: datetime) -> int:
    """Mail what nobody has mailed yet; returns how many went out.

    Each is taken before it is sent, by one statement, and given back if the server refuses it. Without a mail
    server they wait: administrators see the link in the admin and hand it over themselves.
    """
    if not settings.FANFARE_SENDS_MAIL:
        return 0
    waiting = Invitation.objects.filter(mailed_at=None, accepted_at=None, expires_at__gt=now)
    sent = 0
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        try:
            sent += _send(pk, now)
        except OSError:
            logger.warning("the mail server does not answer", exc_info=True)
            break
        except Exception:  # Refused by the server: not the others' fault.
            logger.warning("invitation %s could not be mailed", pk, exc_info=True)
    return sent


def link(invitation: Invitation) -> str:
    path = reverse("admin:invitation", args=[invitation.pk, _secret(invitation)])
    base: str = settings.FANFARE_URL
    return base.rstrip("/") + path


def message(invitation: Invitation) -> EmailMessage:
    """Who asks, what for, and where to go; in the name of the brand."""
    brand, person = branding.current(), invitation.person
    hello = f"Hello {person.first_name}," if person.first_name else "Hello,"
    days = OPEN_FOR.days
    body = (
        f"{hello}\n\n"
        f"you are invited to work on the promotions of {brand.name}.\n"
        f"Choose a password here; the link works once, for {days} days:\n\n"
        f"{link(invitation)}\n\n"
        f"You sign in as {person.username}.\n\n"
        f"{brand.footer}"
    )
    return EmailMessage(
        subject=f"Your access to {' '.join(brand.name.split())} promotions",
        body=body,
        from_email=brand.sender,
        to=[person.email],
        reply_to=[brand.reply_to] if brand.reply_to else None,
    )


def _send(pk: int, now: datetime) -> int:
    if not Invitation.objects.filter(pk=pk, mailed_at=None).update(mailed_at=now):
        return 0
    is_sent = False
    try:
        mail.mailers.default.send_messages([message(Invitation.objects.select_related("person").get(pk=pk))])
        is_sent = True
    finally:
        if not is_sent:
            Invitation.objects.filter(pk=pk).update(mailed_at=None)
    return 1


def _secret(invitation: Invitation) -> str:
    return salted_hmac(_SALT, invitation.seed, algorithm="sha256").hexdigest()


def _locked(*, person_id: int) -> Invitation | None:
    rows = lock(Invitation.objects.filter(person_id=person_id))
    return rows[0] if rows else None
