from datetime import timedelta

from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "idempotency"

    def ready(self) -> None:
        from idempotency.keeper import DatabaseKeeper
        from idempotency.services import erase_answers_about, erase_keys_of, purge_idempotency_keys
        from jobs.handlers import register as register_job
        from jsonapi import idempotency
        from jsonapi.error_codes import explain
        from users.services import departure, erasure

        explain(idempotency.CODES)
        idempotency.register(DatabaseKeeper())
        register_job("purge_idempotency_keys", purge_idempotency_keys, every=timedelta(hours=1))
        departure.register(erase_answers_about)
        erasure.register(erase_keys_of)
