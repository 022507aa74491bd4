"""`make messages`: bring the catalogues of translations in step with the code, and compile them.

Run it after a text of a page was added or changed, and after translating core/locale/*/LC_MESSAGES/django.po.
New texts are there then, untranslated: pages say them in English. `--check` only says what is out of step.
"""

from __future__ import annotations

import argparse
import os
import sys


def main() -> int:
    parser = argparse.ArgumentParser(prog="make messages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    import django

    django.setup()
    from tests.messages import catalogues

    wanted, is_stale = catalogues.texts(), False
    for language in catalogues.LANGUAGES:
        catalogue, new = catalogues.in_step(language, wanted)
        path, mo = catalogues.path_of(language), catalogues.path_of(language, "mo")
        text = catalogues.written(catalogue)
        differs = not path.exists() or path.read_bytes() != text
        is_stale = is_stale or differs
        translated = sum(
            bool(one.id and one.string and (isinstance(one.string, str) or all(one.string)))
            for one in catalogue
        )
        sys.stdout.write(f"{language}: {translated} of {len(wanted)} texts, {new} new\n")
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
            mo.write_bytes(catalogues.compiled(catalogues.read(language)))
    return 1 if options.check and is_stale else 0


if __name__ == "__main__":
    sys.exit(main())
