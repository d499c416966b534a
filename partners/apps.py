from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created

import clock
from jsonapi.errors import DATABASE


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        from partners.observability.starting import start

        connection_created.connect(_end_outage, dispatch_uid="outage of the database")
        start(settings.ENVIRONMENT)
        if not settings.ENVIRONMENT.is_production:
            clock.follow(settings.ENVIRONMENT.data_dir / clock.FILE)


def _end_outage(**kwargs: Any) -> None:
    DATABASE.answered()
