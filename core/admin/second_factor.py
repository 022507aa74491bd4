"""Pages of the second step of signing in: show a code, set up an app, look after it.

They stand before everything else (`config.admin_site`). Backup codes are shown once, in the answer that made
them: never in a session, message or log.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

import segno
from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.widgets import UnfoldAdminTextInputWidget

from core import project, second_factor, words
from core.admin.base import staff_actor
from core.models import BackupCode, SecondFactor
from core.second_factor import Step
from core.services import second_factors
from core.services.second_factors import Checked, Verdict

_SEED: Final = "second_factor_seed"
_TOO_MANY_REQUESTS: Final = 429
# What opens before the second step: the step itself, and the way out.
OPEN_NAMES: Final = frozenset({"second_factor_sign_in", "second_factor_enrol", "logout", "jsi18n"})


class CodeForm(forms.Form):
    """One code. `backup` asks for one of those on paper, so that phones show letters to type it."""

    code = forms.CharField(max_length=40, error_messages={"required": "Type the code."})

    def __init__(self, *args: Any, backup: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = "Backup code" if backup else "Code from the app"
        digits = {} if backup else {"inputmode": "numeric", "placeholder": "123 456"}
        field.widget = UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "off" if backup else "one-time-code", "autofocus": True, **digits}
        )

    def refuse(self, checked: Checked) -> None:
        self.add_error("code", _refusal(checked))


def urls() -> list[URLPattern]:
    """For the admin site, which asks everybody to sign in before them."""
    guarded = admin.site.admin_view
    return [
        path("second-factor/", guarded(own_page), name="second_factor"),
        path("second-factor/sign-in/", guarded(sign_in), name="second_factor_sign_in"),
        path("second-factor/enrol/", guarded(enrol), name="second_factor_enrol"),
    ]


def first_step(request: HttpRequest) -> HttpResponse | None:
    """Where this person has to go before the page that he asked for; None: nowhere."""
    match = request.resolver_match
    if match is not None and match.url_name in OPEN_NAMES:
        return None
    step = _missing(request)
    if step is None:
        return None
    page = "second_factor_sign_in" if step is Step.CODE else "second_factor_enrol"
    query = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
    return HttpResponseRedirect(f"{reverse(f'admin:{page}')}{query}")


def sign_in(request: HttpRequest) -> HttpResponse:
    """After the password: a code of the app, or a backup code."""
    if _missing(request) is not Step.CODE:
        return HttpResponseRedirect(_target(request))
    is_backup = "backup" in request.GET
    form = CodeForm(request.POST or None, backup=is_backup)
    status = 200
    if request.method == "POST" and form.is_valid():
        checked = _check(request, form)
        if checked.is_right:
            second_factor.remember(request)
            return HttpResponseRedirect(_target(request))
        form.refuse(checked)
        status = _TOO_MANY_REQUESTS if checked.verdict is Verdict.SILENT else 200
    query = {"next": _target(request)}
    context = {
        "title": "Second step",
        "form": form,
        "is_backup": is_backup,
        "other_way": f"?{urlencode(query if is_backup else {'backup': '1', **query})}",
    }
    return _page(request, "sign_in", context, status=status)


def enrol(request: HttpRequest) -> HttpResponse:
    """The QR code for the app. It counts once a code has shown that the app knows the secret."""
    if _missing(request) is Step.CODE:
        return HttpResponseRedirect(reverse("admin:second_factor_sign_in"))
    if second_factor.is_verified(request):
        return HttpResponseRedirect(reverse("admin:second_factor"))
    seed = request.session.setdefault(_SEED, second_factors.new_seed())
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        checked = second_factors.enrol(
            user_id=_person(request).pk,
            seed=seed,
            code=form.cleaned_data["code"],
            actor=staff_actor(request),
            now=timezone.now(),
        )
        if checked.is_right:
            del request.session[_SEED]
            second_factor.remember(request)
            return _codes(request, checked, "Keep your backup codes")
        form.refuse(checked)
    secret = second_factors.secret_of(seed)
    name = _person(request).get_username()
    context = {
        "title": "Set up the second step",
        "form": form,
        "qr_code": _qr_code(second_factors.address_for_app(person=name, seed=seed)),
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "is_required": _missing(request) is Step.ENROL,
        "target": _target(request),
    }
    return _page(request, "enrol", context)


def own_page(request: HttpRequest) -> HttpResponse:
    """One's own app: since when, how many backup codes are left; new ones, or another app."""
    if not second_factor.is_verified(request):
        return HttpResponseRedirect(reverse("admin:second_factor_enrol"))
    intent = request.POST.get("intent", "")
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        done, checked = _look_after(request, form, intent)
        if done is not None:
            return done
        form.refuse(checked)
        status = _TOO_MANY_REQUESTS if checked.verdict is Verdict.SILENT else 200
    factor = SecondFactor.objects.get(user_id=_person(request).pk)
    is_required = second_factor.is_required(request.user, settings=project.current(), now=timezone.now())
    context = {
        "title": "Second step of signing in",
        "form": form,
        "since": words.when(factor.created_at),
        "codes_left": BackupCode.objects.filter(factor=factor, used_at=None).count(),
        "is_required": is_required,
    }
    return _page(request, "own", context, status=status)


def described(factor: SecondFactor | None) -> str:
    """For the page of a person."""
    if factor is None:
        return "Not set up: signs in with the password alone"
    left = BackupCode.objects.filter(factor=factor, used_at=None).count()
    return f"An authenticator app since {words.when(factor.created_at)}; {left} backup codes left"


def _look_after(request: HttpRequest, form: CodeForm, intent: str) -> tuple[HttpResponse | None, Checked]:
    arguments = {
        "user_id": _person(request).pk,
        "code": form.cleaned_data["code"],
        "actor": staff_actor(request),
        "now": timezone.now(),
    }
    if intent != "remove":
        checked = second_factors.renew_backup_codes(**arguments)
        return (_codes(request, checked, "Your new backup codes") if checked.is_right else None), checked
    checked = second_factors.remove(**arguments)
    if not checked.is_right:
        return None, checked
    second_factor.forget(request)
    messages.success(request, "The app is forgotten. Set up another one here.")
    return HttpResponseRedirect(reverse("admin:second_factor_enrol")), checked


def _check(request: HttpRequest, form: CodeForm) -> Checked:
    return second_factors.check(
        user_id=_person(request).pk,
        code=form.cleaned_data["code"],
        actor=staff_actor(request),
        now=timezone.now(),
    )


def _codes(request: HttpRequest, checked: Checked, title: str) -> HttpResponse:
    context = {"title": title, "codes": checked.codes, "target": _target(request)}
    return _page(request, "codes", context)


def _page(request: HttpRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return TemplateResponse(
        request,
        f"core/admin/second_factor/{name}.html",
        {**admin.site.each_context(request), **context},
        status=status,
        headers={"Cache-Control": "no-store"},
    )


def _refusal(checked: Checked) -> str:
    if checked.verdict is Verdict.SILENT:
        return f"Too many wrong codes. Until {words.when(checked.until)} no code is looked at."
    return "This code is wrong, too old, or was used already. Wait for the next one."


def _qr_code(text: str) -> str:
    """A picture in its own address: black on white in dark pages too, because cameras need it."""
    return segno.make(text, micro=False).svg_data_uri(omitsize=True, light="white")


def _missing(request: HttpRequest) -> Step | None:
    return second_factor.missing_step(request, settings=project.current(), now=timezone.now())


def _person(request: HttpRequest) -> Any:
    return request.user


def _target(request: HttpRequest) -> str:
    """The page that was wanted, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("admin:index")
