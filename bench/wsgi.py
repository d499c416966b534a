"""The WSGI applications for the servers under load: the API, the stock stack, the floor."""

import os

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partners.settings")
django.setup()
settings.ROOT_URLCONF = "bench.urls"

from bench.calls import application  # noqa: E402  after django.setup()
from bench.requests import STOCK_MIDDLEWARE  # noqa: E402

ours, stock, floor = application(None), application(STOCK_MIDDLEWARE), application([])
