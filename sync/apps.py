from datetime import timedelta

from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        from jobs.handlers import register
        from jobs.kinds import PUSH_LISTING, REFRESH_LISTING, SYNC_ACCOUNT
        from jsonapi.error_codes import explain
        from sync.events import record_refresh_failed, record_sync_failed
        from sync.pushing import push_listing
        from sync.retrying import retry_failed_listings
        from sync.services.accounts import CODES, disconnect_user, erase_connections_of
        from sync.stale import sync_stale_accounts
        from sync.syncing import refresh_listing, sync_account
        from users.services import departure, erasure

        explain(CODES)
        register(SYNC_ACCOUNT, sync_account, on_failure=record_sync_failed)
        register(REFRESH_LISTING, refresh_listing, on_failure=record_refresh_failed)
        register(PUSH_LISTING, push_listing)
        register("retry_failed_listings", retry_failed_listings, every=timedelta(minutes=1))
        register("sync_stale_accounts", sync_stale_accounts, every=timedelta(minutes=15))
        departure.register(disconnect_user)
        erasure.register(erase_connections_of)
