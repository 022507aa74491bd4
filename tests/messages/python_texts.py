"""Texts of pages in Python modules, by where they stand. What core.languages looks up is found here.

Marked ones (gettext and its kin), `words.count(number, "code")`, and texts that shared parts of a page draw:
titles, labels, help, headers, sentences of messages and of forms' errors.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, order=True)
class Text:
    """One entry of a catalogue. `plural` is empty where there is one form."""

    one: str
    plural: str = ""
    context: str = ""


_MARKED: Final = {"gettext", "gettext_lazy", "gettext_noop", "_"}
_PLURAL: Final = {"ngettext", "ngettext_lazy"}
_CONTEXT: Final = {"pgettext", "pgettext_lazy"}
# A function of pages -> which of its arguments is drawn.
_DRAWN: Final = {
    "label": 0,
    "ValidationError": 0,
    "add_error": 1,
    "message_user": 1,
    "success": 1,
    "info": 1,
    "warning": 1,
    "error": 1,
    "Job": 0,
}
_KEYWORDS: Final = {
    "title", "label", "help_text", "description", "empty", "note", "all_label", "empty_label", "placeholder",
    "said", "empty_title",
}  # fmt: skip
_ATTRIBUTES: Final = {"title", "empty_hint", "delete_hint", "verbose_name", "verbose_name_plural"}
_LISTS: Final = {"headers"}
_DIALOG: Final = {"title", "description", "form_submit_text"}
_PAGES: Final = {"config/admin_site.py", "config/admin_theme.py", "config/celery.py", "config/navigation.py"}
# Constants whose texts are drawn; of mappings the values, of tuples everything but identifiers.
_CONSTANTS: Final = {
    "config/navigation.py": {"_SECTIONS"},
    "core/admin/channels.py": {"LABELS", "_HINTS"},
    "core/admin/periodic_work.py": {"_LABELS", "_WHAT_TO_DO"},
    "insights/admin/overview/state.py": {"NAMES", "TROUBLE"},
    "promotions/admin/preview_words.py": {"_SAID"},
    "promotions/previews/samples.py": {"_TITLES"},
    "promotions/words.py": {"REFUSALS", "RESULT_WORDS", "WEEKDAYS"},
}
_STATES: Final = "promotions/words.py"
# Mappings whose values are counted: "year" -> "1 year", "2 years".
_COUNTED: Final = {"promotions/words.py": {"_UNITS", "_CLOCK_UNITS"}}


def texts_of(path: Path, root: Path) -> set[Text]:
    """Texts of one module: marked ones everywhere, others only where pages are made."""
    name = path.relative_to(root).as_posix()
    tree = ast.parse(path.read_text())
    finder = _Finder(_CONSTANTS.get(name, set()), is_page=_is_page(name), has_states=name == _STATES)
    finder.visit(tree)
    return finder.found | set(_counted(tree, _COUNTED.get(name, set())))


def _counted(tree: ast.Module, names: set[str]) -> Iterator[Text]:
    for line in tree.body:
        name, value = _assigned(line)
        if name in names and isinstance(value, ast.Dict):
            for one in value.values:
                yield Text(f"%(number)s {_plain(one)}", f"%(number)s {_plain(one)}s")


def _is_page(name: str) -> bool:
    return "/admin/" in name or name in _PAGES


class _Finder(ast.NodeVisitor):
    def __init__(self, constants: set[str], *, is_page: bool, has_states: bool) -> None:
        self.found: set[Text] = set()
        self._constants = constants
        self._is_page = is_page
        self._has_states = has_states

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [_plain(one) for one in node.args]
        if called in _MARKED and given and given[0]:
            self.found.add(Text(given[0]))
        elif called in _PLURAL and len(given) > 1 and given[0] and given[1]:
            self.found.add(Text(given[0], given[1]))
        elif called in _CONTEXT and len(given) > 1 and given[0] and given[1]:
            self.found.add(Text(given[1], context=given[0]))
        elif called == "count" and len(given) > 1 and given[1] and _is_words(node.func):
            many = given[2] if len(given) > 2 and given[2] else f"{given[1]}s"
            self.found.add(Text(f"%(number)s {given[1]}", f"%(number)s {many}"))
        if self._is_page:
            self._drawn(called, given)
            for keyword in node.keywords:
                self._keyword(keyword)
        self.generic_visit(node)

    def _drawn(self, called: str, given: list[str]) -> None:
        at = _DRAWN.get(called)
        if at is not None and len(given) > at:
            self._add(given[at])

    def _keyword(self, keyword: ast.keyword) -> None:
        if keyword.arg in _KEYWORDS:
            for text in _either(keyword.value):
                self._add(text)
        if keyword.arg in _LISTS:
            for text in _listed(keyword.value):
                self._add(text)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        """("Stores", {"fields": …}) is a part of a form."""
        if self._is_page and len(node.elts) == 2 and isinstance(node.elts[1], ast.Dict):
            keys = {
                _plain(key): value for key, value in zip(node.elts[1].keys, node.elts[1].values, strict=True)
            }
            if "fields" in keys:
                self._add(_plain(node.elts[0]))
                self._add(_plain(keys.get("description")))
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        """What templates draw as headers, and what a dialog says."""
        for key, value in zip(node.keys, node.values, strict=True):
            if self._is_page and _plain(key).endswith("headers"):
                for text in _listed(value):
                    self._add(text)
            if self._is_page and _plain(key) in _DIALOG:
                self._add(_plain(value))
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for line in node.body:
            name, value = _assigned(line)
            if self._is_page and name in _ATTRIBUTES:
                self._add(_plain(value))
        self.generic_visit(node)

    def visit_Module(self, node: ast.Module) -> None:
        for line in node.body:
            name, value = _assigned(line)
            is_states = self._has_states and isinstance(value, ast.Tuple) and not name
            if value is not None and (name in self._constants or is_states):
                for text in _listed(value):
                    self._add(text)
        self.generic_visit(node)

    def _add(self, text: str) -> None:
        if any(character.isalpha() for character in text):
            self.found.add(Text(text))


def _plain(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _either(node: ast.AST) -> Iterator[str]:
    """Both texts of `"a" if … else "b"`."""
    if isinstance(node, ast.IfExp):
        yield from _either(node.body)
        yield from _either(node.orelse)
    else:
        yield _plain(node)


def _listed(node: ast.AST) -> Iterator[str]:
    """Texts with a capital letter in a constant: what begins small is an identifier."""
    if isinstance(node, ast.Dict):
        for value in node.values:
            yield from _listed(value)
    elif isinstance(node, ast.Tuple | ast.List):
        for one in node.elts:
            yield from _listed(one)
    elif (text := _plain(node)) and text[0].isupper() and "." not in text[:-1].partition(" ")[0]:
        yield text


def _assigned(line: ast.stmt) -> tuple[str, ast.AST | None]:
    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
        return line.target.id, line.value
    if isinstance(line, ast.Assign) and len(line.targets) == 1:
        target = line.targets[0]
        return (target.id if isinstance(target, ast.Name) else ""), line.value
    return "", None


def _is_words(function: ast.AST) -> bool:
    return isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "words"
