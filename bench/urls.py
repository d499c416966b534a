"""The URLs of the API, of the stock stack and of the floor."""

from bench import floor, stock
from partners.urls import handler400, handler404, handler500, urlpatterns

urlpatterns = [*urlpatterns, *stock.urlpatterns, *floor.urlpatterns]

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]
