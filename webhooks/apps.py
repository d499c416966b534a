from datetime import timedelta

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from jobs.handlers import register
        from oauth import incidents
        from users.services import erasure
        from webhooks.delivering import deliver_events
        from webhooks.purging import purge_events
        from webhooks.services.erasure import erase_endpoints_of, erase_events_of
        from webhooks.services.queueing import DELIVER_EVENTS
        from webhooks.waking import wake_webhook_endpoints

        register(DELIVER_EVENTS, deliver_events)
        register("wake_webhook_endpoints", wake_webhook_endpoints, every=timedelta(minutes=5))
        register("purge_events", purge_events, every=timedelta(hours=1))
        erasure.register(erase_events_of)
        incidents.register(erase_endpoints_of)
