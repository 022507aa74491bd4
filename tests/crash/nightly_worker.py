"""The nightly job of the test database as of an instant, until it is done or somebody kills it."""

from __future__ import annotations

import sys

import django


def main() -> None:
    django.setup()
    from core.instants import parse_instant
    from loyalty.services import nightly

    nightly.CARDS_AT_ONCE = 50  # type: ignore[misc] - more slices to be killed in
    nightly.run(now=parse_instant(sys.argv[1]))


if __name__ == "__main__":
    main()
