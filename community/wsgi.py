"""What the web server calls."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")
handle = get_wsgi_application()

from web.edges import ReadableTypes  # noqa: E402  only once Django is set up

application = ReadableTypes(handle)
