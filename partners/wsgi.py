import os
import sys

from django.core.wsgi import get_wsgi_application

from partners.readable_headers import with_readable_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partners.settings")
application = with_readable_headers(get_wsgi_application())

from django.db import connections  # noqa: E402  needs the application
from django.urls import get_resolver  # noqa: E402  needs the application

from oauth.checks import reason_not_to_start  # noqa: E402  needs the application
from throttling.counters import storage  # noqa: E402  needs the application

# What the first requests would otherwise import and make, several threads at once.
_ = get_resolver().url_patterns
storage()

problem = reason_not_to_start()
# Other threads, or processes that are forked from this one, answer requests. They must not share this connection.
connections.close_all()
if problem:
    sys.exit(problem)
