from datetime import timedelta

from django.apps import AppConfig


class OauthConfig(AppConfig):
    name = "oauth"

    def ready(self) -> None:
        from jobs.handlers import register
        from oauth import checks  # noqa: F401  registers the system check
        from oauth.services import purge_expired_tokens_daily, revoke_tokens_of
        from users.services import departure

        register("purge_expired_tokens", purge_expired_tokens_daily, every=timedelta(days=1))
        departure.register(revoke_tokens_of)
