from datetime import timedelta

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    name = "listings"

    def ready(self) -> None:
        from jobs.handlers import register
        from listings.services.erasure import erase_listings_of
        from listings.services.markets import refresh_markets
        from listings.services.pushing import push_enabled_listings
        from listings.services.recommendations import write_recommendations
        from listings.tallies import compact_tallies
        from users.services import erasure

        daily = timedelta(days=1)
        register("refresh_markets", refresh_markets, every=daily)
        register("push_enabled_listings", push_enabled_listings, every=daily)
        register("write_recommendations", write_recommendations, every=daily)
        register("compact_tallies", compact_tallies, every=daily)
        erasure.register(erase_listings_of)
