"""For Celery's own command: `celery -A partners.celery_app worker`. `partners-manage worker` does the same."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partners.settings")
django.setup()

from django.conf import settings  # noqa: E402

from jobs.celery_engine.serving import Serving, configured_app  # noqa: E402  needs the settings

app = configured_app(Serving(settings.ENVIRONMENT.celery_broker_url))
