"""Texts of templates: ours, and those of unfold, which comes without catalogues."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import unfold
from django.template import Node, Template
from django.template.loader import get_template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

from tests.messages.python_texts import Text

_UNFOLD: Final = Path(unfold.__file__).parent / "templates"
_MARKED: Final = re.compile(r"""_\((["'])(.+?)\1\)""")
# Arguments of shared parts, which draw them in the language of the page.
_GIVEN: Final = re.compile(r'\b(?:empty|title|label|description)="([A-Z][^"{]*)"')


def ours(root: Path) -> set[Text]:
    found: set[Text] = set()
    for path in sorted((root / "templates").rglob("*.html")):
        source = path.read_text()
        found |= {Text(text) for _, text in _MARKED.findall(source)}
        found |= {Text(text) for tag in re.findall(r"{%.*?%}", source) for text in _GIVEN.findall(tag)}
        found |= set(_of(path.relative_to(root / "templates").as_posix()))
    return found


def unfolds() -> set[Text]:
    """Of the templates that a page of the admin may be drawn with."""
    names = [
        path.relative_to(_UNFOLD).as_posix()
        for folder in ("admin", "unfold")
        for path in sorted((_UNFOLD / folder).rglob("*.html"))
    ]
    return {text for name in names for text in _of(name)}


def _of(name: str) -> Iterator[Text]:
    template: Template = get_template(name).template  # type: ignore[attr-defined]
    nodes: Any = template.nodelist.get_nodes_by_type(Node)
    for node in nodes:
        if isinstance(node, TranslateNode):
            said = getattr(node.filter_expression.var, "literal", None)
            if said:
                yield Text(str(said))
        elif isinstance(node, BlockTranslateNode):
            yield _block(node)


def _block(node: Any) -> Text:
    one, _ = node.render_token_list(node.singular)
    many = node.render_token_list(node.plural)[0] if node.plural else ""
    if node.trimmed:
        one, many = (" ".join(text.split()) for text in (one, many))
    return Text(one, many)
