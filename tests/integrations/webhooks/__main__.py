"""`python -m tests.integrations.webhooks 100000`: the proof in full size, with its figures (see `proof`)."""

from __future__ import annotations

import os
import sys
from ipaddress import ip_network


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from integrations.models import WebhookAttempt
    from tests.integrations.webhooks.proof import prove

    call_command("migrate", verbosity=0)
    settings.FANFARE_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    outcome = prove(messages=int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    sys.stdout.write(f"{outcome}; {WebhookAttempt.objects.count():,} attempts on record\n")
    return int(bool(outcome.lost or outcome.out_of_order or outcome.left))


if __name__ == "__main__":
    sys.exit(main())
