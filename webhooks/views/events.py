"""The endpoints of events."""

from typing import Any

from django.db.models import QuerySet

from jsonapi.operations import Operation
from jsonapi.views import CollectionView, ResourceView
from webhooks.filters import EventFilters
from webhooks.models import Event
from webhooks.ordering import settled
from webhooks.serializers import EventSerializer
from webhooks.views.scopes import READ, TAG


class EventCollection(CollectionView):
    queryset = Event.objects.all()
    serializer_class = EventSerializer
    operations = {
        "GET": Operation(
            id="list_events", tag=TAG, summary="List events", scopes=READ, app_level=True, answer=EventSerializer,
            description="Lists the events of your application, oldest first, whether or not they were delivered. They "
            "are kept for 30 days. Read on from the cursor of the last event that you have: no event is ever added "
            "before it. An event appears a moment later than it happened, when all earlier ones are there. An "
            "extension of this server.",
        )
    }  # fmt: skip
    default_sort = "transaction_id"
    filterset_class = EventFilters

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(settled(rows.db))


class EventResource(ResourceView):
    queryset = Event.objects.all()
    serializer_class = EventSerializer
    id_parameter = "event_id"
    operations = {
        "GET": Operation(
            id="get_event", tag=TAG, summary="Get an event", scopes=READ, app_level=True, answer=EventSerializer,
            description="An extension of this server.",
        )
    }  # fmt: skip
