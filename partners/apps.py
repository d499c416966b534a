from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from jsonapi.errors import DATABASE


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        connection_created.connect(_end_outage, dispatch_uid="outage of the database")


def _end_outage(**kwargs: Any) -> None:
    DATABASE.answered()
