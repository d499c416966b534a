from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "bulk"

    def ready(self) -> None:
        from bulk.requests import CODES
        from jsonapi.error_codes import explain

        explain(CODES)
