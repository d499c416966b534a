"""The API, and beside it the same documents by the stock stack and by hand."""

from bench import floor, stock
from partners.urls import handler400, handler404, handler500, urlpatterns

urlpatterns = [*urlpatterns, *stock.urlpatterns, *floor.urlpatterns]

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]
