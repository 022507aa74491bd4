"""Seasons and notes of the calendar: what people plan by, and what they should know."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display

from calendar_app import blackout_words
from calendar_app.admin.forms.blackouts import NoteForm, SeasonForm
from calendar_app.models import CalendarNote, Season
from calendar_app.services import seasons
from core.admin.base import adopt, staff_actor
from core.admin.pages import PageAdmin


@admin.register(Season)
class SeasonAdmin(PageAdmin):
    """Stretches of the year, drawn behind the promotions."""

    class Media:
        css: ClassVar = {"all": ("calendar_app/blackouts.css",)}

    resource = "seasons"
    is_deletable = True
    delete_hint = "It is only taken off the calendar."
    empty_hint = (
        "Christmas, back to school, summer sale: what you plan by. Seasons are drawn behind the bars."
    )
    form = SeasonForm
    list_display = ("coloured", "days")
    list_display_links = ("coloured",)
    search_fields = ("name",)
    search_help_text = "A part of the name."
    ordering = ("-starts_on", "-pk")
    fieldsets = (("Season", {"fields": ("name", "starts_on", "ends_on", "repeats_yearly", "colour")}),)

    @display(description="Season", ordering="name")
    def coloured(self, row: Season) -> str:
        return format_html('<span class="season-dot season-{}"></span>{}', row.colour, row.name)

    @display(description="Days", ordering="starts_on")
    def days(self, row: Season) -> str:
        return blackout_words.days(row.starts_on, row.ends_on, is_yearly=row.repeats_yearly)

    def save_model(self, request: HttpRequest, obj: Season, form: Any, change: bool) -> None:
        given = {"values": form.cleaned_data, "actor": staff_actor(request), "now": timezone.now()}
        saved = seasons.update(season_id=obj.pk, **given) if change else seasons.create(**given)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: Season) -> None:
        seasons.delete(season_id=obj.pk, actor=staff_actor(request), now=timezone.now())


@admin.register(CalendarNote)
class CalendarNoteAdmin(PageAdmin):
    """A line for whoever plans."""

    resource = "calendar_notes"
    is_deletable = True
    delete_hint = "It is taken off the calendar."
    empty_hint = "A note tells whoever plans what they should know about a day: a delivery, a fair, a strike."
    form = NoteForm
    list_display = ("text_of", "days", "author")
    list_display_links = ("text_of",)
    search_fields = ("text", "author")
    search_help_text = "A part of the text, or who wrote it."
    ordering = ("-starts_on", "-pk")
    fieldsets = (("Note", {"fields": ("text", "starts_on", "ends_on")}),)

    @display(description="Note", ordering="text")
    def text_of(self, row: CalendarNote) -> str:
        return row.text

    @display(description="Days", ordering="starts_on")
    def days(self, row: CalendarNote) -> str:
        return blackout_words.days(row.starts_on, row.ends_on, is_yearly=False)

    def lead(self, request: HttpRequest, obj: CalendarNote) -> str:
        return f"Written by {obj.author}."

    def save_model(self, request: HttpRequest, obj: CalendarNote, form: Any, change: bool) -> None:
        given = {"values": form.cleaned_data, "actor": staff_actor(request), "now": timezone.now()}
        saved = seasons.rewrite(note_id=obj.pk, **given) if change else seasons.write(**given)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: CalendarNote) -> None:
        seasons.erase(note_id=obj.pk, actor=staff_actor(request), now=timezone.now())
