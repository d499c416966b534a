"""The endpoints that show deliveries and repeat them."""

from django.db.models import Prefetch
from rest_framework.request import Request
from rest_framework.response import Response

import clock
from jsonapi.operations import Operation
from jsonapi.views import CollectionView, PartnerView, ResourceView, all_or_nothing
from webhooks.filters import DeliveryFilters
from webhooks.models import WebhookAttempt, WebhookDelivery
from webhooks.serializers import WebhookDeliveryDetailSerializer, WebhookDeliverySerializer
from webhooks.services.deliveries import replay
from webhooks.views.endpoints import queued
from webhooks.views.scopes import READ, TAG, WRITE

DELIVERIES = WebhookDelivery.objects.select_related("event").defer("event__body")


class WebhookDeliveryCollection(CollectionView):
    queryset = DELIVERIES
    serializer_class = WebhookDeliverySerializer
    operations = {
        "GET": Operation(
            id="list_webhook_deliveries", tag=TAG, summary="List webhook deliveries", scopes=READ, app_level=True,
            answer=WebhookDeliverySerializer,
            description="Lists the deliveries to your application's endpoints, newest first. They are kept for 30 "
            "days. An extension of this server.",
        )
    }  # fmt: skip
    filterset_class = DeliveryFilters


class WebhookDeliveryResource(ResourceView):
    queryset = DELIVERIES.prefetch_related(Prefetch("attempts", WebhookAttempt.objects.order_by("id")))
    serializer_class = WebhookDeliveryDetailSerializer
    id_parameter = "delivery_id"
    operations = {
        "GET": Operation(
            id="get_webhook_delivery", tag=TAG, summary="Get a webhook delivery", scopes=READ, app_level=True,
            answer=WebhookDeliveryDetailSerializer,
            description="Shows a delivery with all its attempts. An extension of this server.",
        )
    }  # fmt: skip


class WebhookDeliveryReplay(PartnerView):
    queryset = DELIVERIES
    serializer_class = WebhookDeliverySerializer
    operations = {
        "POST": Operation(
            id="replay_webhook_delivery", tag=TAG, summary="Send a webhook delivery again", scopes=WRITE,
            app_level=True, status=201, answer=WebhookDeliverySerializer, errors=(409,),
            description="Queues a new delivery of the same event, with the same `webhook-id`. Returns 409 if the "
            "endpoint is disabled. An extension of this server.",
        )
    }  # fmt: skip

    @all_or_nothing
    def post(self, request: Request, delivery_id: int) -> Response:
        delivery = self.visible(WebhookDelivery, delivery_id)
        return queued(self, replay(delivery, now=clock.now()))
