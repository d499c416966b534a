from datetime import timedelta

from django.apps import AppConfig


class MarketsConfig(AppConfig):
    name = "markets"

    def ready(self) -> None:
        from jobs.handlers import register
        from jobs.kinds import CONNECT_ACCOUNT, CONNECT_MARKET
        from listings.services import public_data
        from markets.services import connecting
        from markets.services.erasure import erase_compsets_of, hide_compsets_of
        from markets.services.feed import import_markets
        from markets.services.insights import REFRESH_INSIGHTS, refresh_insights
        from markets.services.pricing_start import homes_of
        from users.services import departure, erasure

        register("import_markets", import_markets, every=timedelta(days=1))
        register("refresh_compsets", connecting.refresh_compsets, every=connecting.EVERY)
        register(CONNECT_ACCOUNT, connecting.connect_account)
        register(CONNECT_MARKET, connecting.connect_market)
        register(REFRESH_INSIGHTS, refresh_insights, every=timedelta(hours=1))
        public_data.register(homes_of)
        departure.register(hide_compsets_of)
        erasure.register(erase_compsets_of)
