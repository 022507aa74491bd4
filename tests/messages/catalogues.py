"""Catalogues of translations: what belongs in them, bringing them in step, compiling. With Babel alone:
gettext's own tools need not be there.
"""

from __future__ import annotations

import gettext
import io
from pathlib import Path
from typing import Any, Final

import django
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from django.apps import apps
from django.conf import settings

from tests.messages import python_texts, template_texts
from tests.messages.python_texts import Text

ROOT: Final = Path(__file__).resolve().parents[2]
LANGUAGES: Final = tuple(code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE)
_SKIPPED: Final = {".venv", "var", "tests", "node_modules", "migrations", "engine"}
_DJANGO: Final = Path(django.__file__).parent


def texts() -> set[Text]:
    """Everything that pages say, but what Django's own catalogues say in every language of ours."""
    found = template_texts.ours(ROOT) | template_texts.unfolds() | _names_of_models()
    for path in ROOT.rglob("*.py"):
        if _SKIPPED.isdisjoint(path.relative_to(ROOT).parts):
            found |= python_texts.texts_of(path, ROOT)
    known = [_known_to_django(language) for language in LANGUAGES]
    return _one_entry_each({text for text in found if not all(text.one in one for one in known)})


def _one_entry_each(found: set[Text]) -> set[Text]:
    """A text with a plural stands for the same one without."""
    counted = {text.one for text in found if text.plural}
    return {text for text in found if text.plural or text.context or text.one not in counted}


def _names_of_models() -> set[Text]:
    from django.contrib import admin

    found = set()
    for model in admin.site._registry:
        if "." in apps.get_app_config(model._meta.app_label).name:
            continue
        meta: Any = model._meta
        found |= {str(meta.verbose_name), str(meta.verbose_name_plural)}
        for field in meta.concrete_fields:
            found |= {str(field.help_text)} if field.editable else set()
            found |= {str(field.verbose_name)} if field.editable or _is_shown(model, field.name) else set()
    return {Text(text) for text in found if text}


def _is_shown(model: Any, name: str) -> bool:
    from django.contrib import admin

    screen = admin.site._registry[model]
    return name in {*screen.list_display, *screen.readonly_fields}


def _known_to_django(language: str) -> set[str]:
    found: set[str] = set()
    for folder in (_DJANGO / "conf", *(_DJANGO / "contrib").iterdir()):
        path = folder / "locale" / language / "LC_MESSAGES" / "django.mo"
        if path.exists():
            with path.open("rb") as file:
                known = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
            found |= {key[0] if isinstance(key, tuple) else key for key in known}
    return found - {""}


def path_of(language: str, kind: str = "po") -> Path:
    return ROOT / "core" / "locale" / language / "LC_MESSAGES" / f"django.{kind}"


def read(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return pofile.read_po(file, locale=language, domain="django")


def key(text: Text) -> Any:
    return (text.one, text.plural) if text.plural else text.one


def in_step(language: str, wanted: set[Text]) -> tuple[Catalog, int]:
    """A catalogue of just these texts, with the translations there are; and how many texts are new in it."""
    old = read(language) if path_of(language).exists() else Catalog(locale=language)
    fresh = Catalog(
        locale=language,
        domain="django",
        project="Fanfare",
        version="1",
        header_comment=f"# Fanfare: {language}. `make messages` keeps it in step with the code.",
        fuzzy=False,
    )
    new = 0
    for text in sorted(wanted):
        known = old.get(text.one, text.context or None)
        is_known = known is not None and key(text) == known.id
        new += not is_known
        fresh.add(
            key(text),
            known.string if known is not None and is_known else None,
            context=text.context or None,
            flags={"python-format"} if "%(" in text.one else (),
        )
    return fresh, new


def written(catalogue: Catalog) -> bytes:
    """As a .po file; without places and dates, so that only translations make a difference."""
    file = io.BytesIO()
    pofile.write_po(file, catalogue, width=110, omit_header=False, no_location=True)
    lines = file.getvalue().decode().splitlines()
    kept = [line for line in lines if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date'))]
    return ("\n".join(kept).rstrip() + "\n").encode()


def compiled(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    mofile.write_mo(file, catalogue)
    return file.getvalue()


def meanings(mo: bytes) -> dict[Any, str]:
    """What a compiled catalogue says, apart from its header."""
    found = dict(gettext.GNUTranslations(io.BytesIO(mo))._catalog)  # type: ignore[attr-defined]
    found.pop("", None)
    return found
