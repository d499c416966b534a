from datetime import timedelta

from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "users"

    def ready(self) -> None:
        from jobs.handlers import register
        from users.services.email_keys import complete_email_keys_hourly

        register("complete_email_keys", complete_email_keys_hourly, every=timedelta(hours=1))
