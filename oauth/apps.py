from datetime import timedelta

from django.apps import AppConfig


class OauthConfig(AppConfig):
    name = "oauth"

    def ready(self) -> None:
        from jobs.handlers import register
        from oauth import checks  # noqa: F401  registers the system check
        from oauth.incidents import erase_deleted_applications
        from oauth.services import erase_tokens_of, purge_expired_tokens_daily, revoke_tokens_of
        from users.services import departure, erasure

        register("purge_expired_tokens", purge_expired_tokens_daily, every=timedelta(days=1))
        register("erase_deleted_applications", erase_deleted_applications, every=timedelta(hours=1))
        departure.register(revoke_tokens_of)
        erasure.register(erase_tokens_of)
