from datetime import timedelta

from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "users"

    def ready(self) -> None:
        from jobs.handlers import register
        from users.services.email_keys import complete_email_keys_hourly
        from users.services.erasure import ERASE_DEPARTED_USERS, erase_departed_users

        register("complete_email_keys", complete_email_keys_hourly, every=timedelta(hours=1))
        register(ERASE_DEPARTED_USERS, erase_departed_users, every=timedelta(hours=1))
