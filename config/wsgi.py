"""The application that the web server runs."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from config.parent import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
end_with_parent()  # a process of the web server must not keep the port when its manager is killed
application = get_wsgi_application()
