"""What a button does once people confirmed its dialog: one service, what they are told, the next page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from core import undo
from core.admin.base import htmx_redirect, reported


@dataclass(frozen=True, kw_only=True)
class Done:
    """`said` is shown, `url` is where they go on instead of the page of the row; `undo` is the address of the
    button that does the opposite.
    """

    said: str = ""
    url: str = ""
    undo: str = ""
    level: int = messages.SUCCESS


class DialogsMixin:
    """Mixed into screens, before their base.

    >>> def stop(self, request, form, object_id):
    ...     def do(run: PublicationRun) -> str:
    ...         publication_runs.stop(run_id=run.pk, actor=staff_actor(request), now=timezone.now())
    ...         return "Stopped."
    ...
    ...     return self.confirmed(request, object_id, do)
    """

    def called(self, row: Any) -> str:
        """What a refusal calls the row."""
        return str(row)

    def confirmed(
        self, request: HttpRequest, object_id: str, do: Callable[[Any], str | Done], *, leaves: bool = False
    ) -> HttpResponse:
        """`do` gets the row, calls one service and returns what people are told. What it refuses they are
        told as well. They come back to the page of the row, or to the list if the row `leaves`.

        :raises Http404: there is no such row.
        """
        row = self.found(request, object_id)  # type: ignore[attr-defined]
        return self.carried_out(request, row, lambda: do(row), leaves=leaves)

    def button(self, name: str, row: Any) -> str:
        """The address of another button of the row, such as the opposite of this one."""
        opts = self.model._meta  # type: ignore[attr-defined]
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=[row.pk])

    def carried_out(
        self, request: HttpRequest, row: Any, do: Callable[[], str | Done], *, leaves: bool = False
    ) -> HttpResponse:
        """The same for a row that was found already."""
        url = self.list_url() if leaves else self.url_of(row)  # type: ignore[attr-defined]
        with reported(self, request, self.called(row)):  # type: ignore[arg-type]
            told = do()
            done = Done(said=told) if isinstance(told, str) else told
            url = done.url or url
            if done.said:
                tags = undo.by(done.undo) if done.undo else ""
                self.message_user(request, done.said, done.level, extra_tags=tags)  # type: ignore[attr-defined]
        return htmx_redirect(url)


class EnablingMixin(DialogsMixin):
    """Two of the buttons are `enable` and `disable`."""

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only the buttons that mean something now. The services decide again."""
        row = self.model.objects.filter(pk=object_id, deleted_at=None).first()  # type: ignore[attr-defined]
        if row is None:
            return []
        useless = "_enable" if row.is_active else "_disable"
        found = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return [button for button in found if not button.action_name.endswith(useless)]
