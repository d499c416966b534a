from jsonapi.routes import path
from webhooks.views import deliveries, endpoints, events

ENDPOINT, DELIVERY = "webhook-endpoints/<int:endpoint_id>/", "webhook-deliveries/<int:delivery_id>/"

urlpatterns = [
    path("events/", events.EventCollection.as_view(), name="events"),
    path("events/<int:event_id>/", events.EventResource.as_view(), name="event"),
    path("webhook-endpoints/", endpoints.WebhookEndpointCollection.as_view(), name="webhook-endpoints"),
    path(ENDPOINT, endpoints.WebhookEndpointResource.as_view(), name="webhook-endpoint"),
    path(f"{ENDPOINT}rotate-secret/", endpoints.WebhookEndpointSecret.as_view(), name="webhook-endpoint-secret"),
    path(f"{ENDPOINT}test/", endpoints.WebhookEndpointTest.as_view(), name="webhook-endpoint-test"),
    path("webhook-deliveries/", deliveries.WebhookDeliveryCollection.as_view(), name="webhook-deliveries"),
    path(DELIVERY, deliveries.WebhookDeliveryResource.as_view(), name="webhook-delivery"),
    path(f"{DELIVERY}replay/", deliveries.WebhookDeliveryReplay.as_view(), name="webhook-delivery-replay"),
]
