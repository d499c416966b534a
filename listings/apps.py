from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class ListingsConfig(AppConfig):
    name = "listings"

    def ready(self) -> None:
        post_migrate.connect(keep_triggers, sender=self)


def keep_triggers(using: str, **kwargs: Any) -> None:
    from listings.tallies import create_triggers

    if "listings_listingtally" in connections[using].introspection.table_names():
        create_triggers(connections[using])
