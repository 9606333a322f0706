"""The door for the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiben.site.settings")
application = get_wsgi_application()

from yiben.web.warm import warm_up  # noqa: E402 — models can be imported only now

warm_up()
