"""What every admin page of the house shares: who acts, who may, and how a refusal reaches people.

Rights come from the groups of `core.staff`, and are asked as services ask them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import ModelAdmin as DjangoModelAdmin
from django.contrib.admin.options import ActionLocation
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin as UnfoldModelAdmin
from unfold.admin import StackedInline, TabularInline

from core import languages, places, second_factor
from core.actors import Actor
from core.admin.paging import LimitedPaginator
from core.api import throttling
from core.errors import DomainError
from core.staff import as_actor, staff_allows, staff_role

__all__ = [
    "ModelAdmin",
    "ReadOnlyAdmin",
    "ReadOnlyTabularInline",
    "StackedInline",
    "TabularInline",
    "adopt",
    "htmx_redirect",
    "reported",
    "staff_actor",
    "staff_allows",
    "staff_role",
]

_ACTIONS: Final = {"view": "read", "add": "create", "change": "modify", "delete": "delete"}


def staff_actor(request: HttpRequest) -> Actor:
    """Who acts in this admin request, for services and the audit log."""
    return replace(
        as_actor(request.user),
        request_id=getattr(request, "request_id", ""),
        address=throttling.client_address(request),
        second_factor=second_factor.is_verified(request),
    )


@contextmanager
def reported(model_admin: DjangoModelAdmin, request: HttpRequest, obj: object) -> Iterator[None]:
    """Tell the person why `obj` was refused instead of failing: a `DomainError` inside becomes a message.

    >>> with reported(self, request, campaign):
    ...     campaigns.launch(campaign_id=campaign.pk, actor=staff_actor(request), now=timezone.now())
    """
    try:
        yield
    except DomainError as error:
        tell_refusal(model_admin, request, error, about=obj)


def tell_refusal(
    model_admin: DjangoModelAdmin, request: HttpRequest, error: DomainError, *, about: object = None
) -> None:
    """A message with the reason; if the refusal has a page (what waits for approval), with a link to it."""
    error.settle()
    text = sentence(error) if about is None else f"{about}: {sentence(error)}"
    if error.location:
        link = format_html('{} <a class="fanfare-link" href="{}">Open the request</a>', text, error.location)
        model_admin.message_user(request, link, messages.WARNING)
    else:
        model_admin.message_user(request, text, messages.ERROR)


def sentence(error: DomainError) -> str:
    """What a refusal says to a person."""
    return error.custom_message or error.details or error.message


def htmx_redirect(url: str) -> HttpResponse:
    """The answer of a dialog that did its work: the page behind it goes to `url`."""
    return HttpResponse(headers={"HX-Redirect": url})


def adopt(obj: models.Model, saved: models.Model) -> None:
    """Let the form's object stand for the row that a service saved (Django goes on to print and link it)."""
    obj.__dict__.update(saved.__dict__)


class ModelAdmin(UnfoldModelAdmin):  # type: ignore[misc]
    """Base of all admin classes.

    `resource` names the permission (`vouchers` asks for `vouchers.read`, `.create`, `.modify`, `.delete`); by
    default the model's name. Domain nouns override `save_model` (call one service, then `adopt(obj, saved)`)
    and, with `is_deletable = True`, `delete_model`. A `DomainError` from there becomes an error of the form.
    Buttons that change something use unfold's `dialog=` (POST only) with `permissions=["change"]`, or
    `["launch"]` and a `has_launch_permission` that returns `self.allows(request, "launch")`.
    """

    resource: ClassVar[str] = ""
    is_deletable: ClassVar[bool] = False
    is_for_admins: ClassVar[bool] = False  # who may not change it does not see it either
    tells_of_all: ClassVar[bool] = False  # who works in single areas does not see it
    # Fields of a stored row that an address may fill in: what a link proposes is seen before it is saved.
    prefilled: ClassVar[tuple[str, ...]] = ()
    list_per_page = 50
    show_full_result_count = False
    paginator = LimitedPaginator
    list_filter_submit = True
    warn_unsaved_form = True
    empty_hint: ClassVar[str] = ""  # what an empty list says: what would stand here, and how it comes here
    actions: Any = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        languages.name_columns(cls)

    def get_list_filter(self, request: HttpRequest) -> Any:
        found = super().get_list_filter(request)
        for one in found:
            if isinstance(one, type) and hasattr(one, "title"):
                one.title = languages.later(one.title)
        return found

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return languages.spoken_sections(super().get_fieldsets(request, obj))

    def allows(self, request: HttpRequest, action: str) -> bool:
        """Whether the person holds `<resource>.<action>`, or may ask for it: then the service's gate files a
        request.
        """
        return as_actor(request.user).gets_to(f"{self.resource or self.opts.model_name}.{action}")

    def _may(self, request: HttpRequest, verb: str) -> bool:
        return self.allows(request, _ACTIONS[verb])

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if self.tells_of_all and places.limit() is not None:
            return False
        return self._may(request, "change") or (not self.is_for_admins and self._may(request, "view"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_deletable and self._may(request, "delete")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: Any = None,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> Any:
        # Past unfold's own override, whose old signature Django 6.1 warns about.
        choices = [("", "Select action")] if default_choices is None else default_choices
        return DjangoModelAdmin.get_action_choices(self, request, choices, action_location)

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> Any:
        """Objects are deleted on their own page, where a service says whether that is possible."""
        actions = DjangoModelAdmin.get_actions(self, request, action_location)
        actions.pop("delete_selected", None)
        return actions

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form_class = super().get_form(request, obj, change=change, **kwargs)
        languages.name_fields(form_class)
        if change and request.method == "GET":
            proposed = {name: request.GET[name] for name in self.prefilled if name in request.GET}
            form_class = _filled_in(form_class, proposed) if proposed else form_class
        refusal: DomainError | None = getattr(request, "refusal", None)
        return form_class if refusal is None else _refused(form_class, refusal)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """A service that refuses rolls back; the form is shown again with what was typed and the reason.

        What cannot be a key leads nowhere, before the buttons of the row are looked up by it.
        """
        if object_id is not None:
            try:
                self.opts.pk.to_python(unquote(object_id))
            except ValidationError:
                raise Http404 from None
        try:
            return super().changeform_view(request, object_id, *args, **kwargs)
        except DomainError as error:
            error.settle()
            if error.location:
                tell_refusal(self, request, error)
                return HttpResponseRedirect(error.location)
            request.refusal = error  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except DomainError as error:
            tell_refusal(self, request, error)
            return HttpResponseRedirect(reverse(self._url_name("change"), args=[object_id]))

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """The row of an address.

        :raises Http404: there is none, or the address holds no key at all.
        """
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """There is one history: the audit log."""
        obj = self.get_object(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        entity_id = str(getattr(obj, "public_id", None) or obj.pk)
        query = urlencode({"entity_type": self.opts.model_name, "entity_id": entity_id})
        return HttpResponseRedirect(f"{reverse('admin:core_auditentry_changelist')}?{query}")

    # Django's own log is not kept: services write the audit log in the transaction of the change.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None: ...

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None: ...

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None: ...

    def url_of(self, obj: models.Model) -> str:
        """The page of one object."""
        return reverse(self._url_name("change"), args=[obj.pk])

    def list_url(self) -> str:
        return reverse(self._url_name("changelist"))

    def _url_name(self, page: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"


class ReadOnlyAdmin(ModelAdmin):
    """Facts: they can be looked at and searched, never touched."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyTabularInline(TabularInline):  # type: ignore[misc]
    """Rows that belong to an object, for reading."""

    extra = 0
    can_delete = False
    show_change_link = True
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


def _filled_in(form_class: type[ModelForm], values: dict[str, str]) -> type[ModelForm]:
    class FilledInForm(form_class):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.initial.update(values)

    return FilledInForm


def _refused(form_class: type[ModelForm], refusal: DomainError) -> type[ModelForm]:
    class RefusedForm(form_class):  # type: ignore[misc, valid-type]
        def clean(self) -> Any:
            super().clean()
            raise ValidationError(sentence(refusal))

    return RefusedForm
