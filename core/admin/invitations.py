"""Asking people in: the dialog of an administrator, and the page where somebody chooses a password.

The link is shown once, in the answer that made it: never in a session, message or log.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from core import branding, words
from core.actors import Actor, ActorKind, Role
from core.admin.base import htmx_redirect, staff_actor, tell_refusal
from core.api import throttling
from core.errors import DomainError
from core.models import Invitation
from core.services import invitations, people
from core.services.invitations import InvitationOver, Invited
from core.staff import ROLE_GROUPS


def _roles() -> list[tuple[str, str]]:
    """Each role once, by the first of its groups."""
    return [(role.value, people.group_of(role)) for role in dict.fromkeys(ROLE_GROUPS.values())]


class InvitationForm(BaseDialogForm):  # type: ignore[misc]
    email = forms.EmailField(label="E-mail", max_length=150, widget=UnfoldAdminEmailInputWidget)
    first_name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget)
    last_name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget)
    role = forms.ChoiceField(
        widget=UnfoldAdminSelectWidget,
        choices=_roles,
        initial=Role.USER.value,
        help_text="What each opens stands on the page of a person, where it can be changed.",
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exists() or User.objects.filter(username=email).exists():
            raise forms.ValidationError("Somebody has this e-mail address.")
        return email


class InvitingMixin:
    """The buttons and the line of the pages of people."""

    @display(description="Invitation")
    def invited(self, person: User) -> str:
        return described(Invitation.objects.filter(person_id=person.pk).first())

    @action(
        description="Invite a person",
        icon="person_add",
        variant=ActionVariant.PRIMARY,
        permissions=["add"],
        dialog={
            "title": "Invite a person",
            "description": "An e-mail leads to a page where the password is chosen. The link works once.",
            "form_class": InvitationForm,
            "form_submit_text": "Invite",
        },
    )
    def invite(self, request: HttpRequest, form: InvitationForm) -> HttpResponse:
        given = {name: form.cleaned_data[name] for name in ("email", "first_name", "last_name", "role")}
        actor, now = staff_actor(request), timezone.now()
        try:
            made = invitations.invite(**given, actor=actor, now=now)
        except DomainError as error:
            tell_refusal(self, request, error)  # type: ignore[arg-type]
            return htmx_redirect(self.list_url())  # type: ignore[attr-defined]
        return _shown_once(request, made, self.url_of(made.person))  # type: ignore[attr-defined]

    @action(
        description="Send a new link",
        icon="forward_to_inbox",
        permissions=["change"],
        dialog={
            "title": "Send a new link?",
            "description": "The former one ends. The new one works once.",
            "form_submit_text": "Send",
        },
    )
    def invite_again(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        person = self.found(request, object_id)  # type: ignore[attr-defined]
        url = self.url_of(person)  # type: ignore[attr-defined]
        try:
            made = invitations.renew(person=person, actor=staff_actor(request), now=timezone.now())
        except DomainError as error:
            tell_refusal(self, request, error)  # type: ignore[arg-type]
            return htmx_redirect(url)
        return _shown_once(request, made, url)


def described(invitation: Invitation | None) -> str:
    """How far it is, in words."""
    if invitation is None:
        return "Not invited: the account was made with a password."
    if invitation.accepted_at is not None:
        return f"Accepted on {words.when(invitation.accepted_at)}."
    if not invitation.is_open(timezone.now()):
        return "The link was not used in time. Send a new one."
    mailed = f"Mailed on {words.when(invitation.mailed_at)}" if invitation.mailed_at else _not_mailed()
    return f"{mailed}. The link works until {words.when(invitation.expires_at)}."


def urls() -> list[URLPattern]:
    """Before signing in: nothing but the link opens it."""
    page = csrf_protect(never_cache(sensitive_post_parameters()(welcome)))
    return [path("welcome/<int:invitation_id>/<str:secret>/", page, name="invitation")]


def welcome(request: HttpRequest, invitation_id: int, secret: str) -> HttpResponse:
    """Where the link leads. One that is over or never was gets one answer."""
    now = timezone.now()
    invitation = invitations.find(invitation_id=invitation_id, secret=secret, now=now)
    if invitation is None:
        return _page(request, {"title": "This link has ended"}, status=404)
    person = invitation.person
    form = _PasswordForm(person, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            invitations.accept(
                invitation_id=invitation_id,
                secret=secret,
                password=form.cleaned_data["new_password1"],
                actor=_invited(person, request),
                now=now,
            )
        except InvitationOver:
            return _page(request, {"title": "This link has ended"}, status=404)
        messages.success(request, f"Your password is set. Sign in as {person.username}.")
        return HttpResponseRedirect(reverse("admin:login"))
    context = {"title": f"Welcome to {branding.current().name}", "form": form, "person": person}
    return _page(request, context)


class _PasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
        self.fields["new_password1"].label = "Password"
        self.fields["new_password2"].label = "Once more"
        self.fields["new_password2"].help_text = ""


def _invited(person: User, request: HttpRequest) -> Actor:
    """Who chooses a password: the person, not signed in yet and without any right."""
    return Actor(
        kind=ActorKind.USER,
        id=str(person.pk),
        label=(person.get_full_name() or person.username)[:200],
        role="",
        channel="ADMIN",
        request_id=getattr(request, "request_id", ""),
        address=throttling.client_address(request),
    )


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return TemplateResponse(
        request,
        "core/admin/welcome.html",
        {**admin.site.each_context(request), **context},
        status=status,
    )


def _shown_once(request: HttpRequest, made: Invited, url: str) -> HttpResponse:
    context = {"person": made.person, "link": made.link, "url": url, "is_mailed": settings.FANFARE_SENDS_MAIL}
    response = render(request, "core/admin/invited_dialog.html", context)
    # The whole dialog is replaced: its button would invite once more.
    response["HX-Retarget"] = response["HX-Reselect"] = "#dialog"
    response["Cache-Control"] = "no-store"
    return response


def _not_mailed() -> str:
    if settings.FANFARE_SENDS_MAIL:
        return "About to be mailed"
    return "Not mailed, because no mail server is set up: hand the link over yourself"
