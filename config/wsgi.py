from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from core.checks import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
refuse_unsafe_start()

# gunicorn loads this once, before it forks: so are all views, not at each worker's first request.
get_resolver().url_patterns  # noqa: B018 - reading it loads them
