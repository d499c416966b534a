"""The endpoints that manage webhook endpoints."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

import clock
from jsonapi.errors import BadParameters
from jsonapi.numbers import is_whole_number
from jsonapi.operations import Operation
from jsonapi.views import CollectionView, PartnerView, ResourceView, all_or_nothing
from webhooks.models import WebhookEndpoint
from webhooks.serializers import (
    WebhookDeliverySerializer,
    WebhookEndpointCreateSerializer,
    WebhookEndpointPatchSerializer,
    WebhookEndpointSerializer,
    WebhookEndpointWithSecretSerializer,
)
from webhooks.services import endpoints
from webhooks.views.scopes import READ, TAG, WRITE

DEFAULT_OVERLAP_MINUTES = 1440
LONGEST_OVERLAP_MINUTES = endpoints.LONGEST_OVERLAP // timedelta(minutes=1)


class WebhookEndpointCollection(CollectionView):
    queryset = WebhookEndpoint.objects.all()
    serializer_class = WebhookEndpointSerializer
    operations = {
        "GET": Operation(
            id="list_webhook_endpoints", tag=TAG, summary="List webhook endpoints", scopes=READ, app_level=True,
            answer=WebhookEndpointSerializer,
            description="Lists your application's endpoints, newest first. An extension of this server.",
        ),
        "POST": Operation(
            id="create_webhook_endpoint", tag=TAG, summary="Create a webhook endpoint", scopes=WRITE, app_level=True,
            request=WebhookEndpointCreateSerializer, status=201, answer=WebhookEndpointWithSecretSerializer,
            description=f"Only this answer and that of a rotation contain the signing secret. An application has "
            f"{endpoints.MOST_ENDPOINTS} endpoints at most; one more returns 409. An extension of this server.",
        ),
    }  # fmt: skip

    def post(self, request: Request) -> Response:
        serializer = WebhookEndpointCreateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self.create(serializer.validated_data)

    @all_or_nothing
    def create(self, attributes: Mapping[str, Any]) -> Response:
        endpoint, secret = endpoints.create_endpoint(
            self.access.application_id, now=clock.now(), **attributes
        )  # fmt: skip
        location = reverse("webhook-endpoint", kwargs={"endpoint_id": endpoint.pk}, request=self.request)
        return Response(_with_secret(self, endpoint, secret), status=201, headers={"Location": location})


class WebhookEndpointResource(ResourceView):
    queryset = WebhookEndpoint.objects.all()
    serializer_class = WebhookEndpointSerializer
    id_parameter = "endpoint_id"
    operations = {
        "GET": Operation(
            id="get_webhook_endpoint", tag=TAG, summary="Get a webhook endpoint", scopes=READ, app_level=True,
            answer=WebhookEndpointSerializer, description="An extension of this server.",
        ),
        "PATCH": Operation(
            id="patch_webhook_endpoint", tag=TAG, summary="Change a webhook endpoint", scopes=WRITE, app_level=True,
            request=WebhookEndpointPatchSerializer, answer=WebhookEndpointSerializer,
            description="An attribute that is not sent does not change. To enable an endpoint, or to give it another "
            "URL, forgets its failures. An extension of this server.",
        ),
        "DELETE": Operation(
            id="delete_webhook_endpoint", tag=TAG, summary="Delete a webhook endpoint", scopes=WRITE, app_level=True,
            status=204, description="Nothing more is sent to it, and its deliveries are no longer listed. An extension "
            "of this server.",
        ),
    }  # fmt: skip

    def patch(self, request: Request, endpoint_id: int) -> Response:
        return self.change(self.validated(WebhookEndpointPatchSerializer, WebhookEndpoint, endpoint_id))

    @all_or_nothing
    def change(self, changes: Mapping[str, Any]) -> Response:
        changed = endpoints.change_endpoint(self.get_object(), changes, now=clock.now())
        return Response(self.get_serializer(changed).data)

    @all_or_nothing
    def delete(self, request: Request, endpoint_id: int) -> Response:
        endpoints.delete_endpoint(self.get_object(), now=clock.now())
        return Response(status=204)


class WebhookEndpointSecret(PartnerView):
    queryset = WebhookEndpoint.objects.all()
    serializer_class = WebhookEndpointWithSecretSerializer
    operations = {
        "POST": Operation(
            id="rotate_webhook_endpoint_secret", tag=TAG, summary="Rotate the secret of a webhook endpoint",
            scopes=WRITE, app_level=True, answer=WebhookEndpointWithSecretSerializer, errors=(400,),
            description="Returns a new secret. During the overlap, deliveries are signed with both secrets. An "
            "extension of this server.",
            parameters={
                "overlap_minutes": {
                    "type": "integer", "minimum": 0, "maximum": LONGEST_OVERLAP_MINUTES,
                    "default": DEFAULT_OVERLAP_MINUTES,
                    "description": "How long the previous secret signs as well. 0 ends it at once.",
                }
            },
        )
    }  # fmt: skip

    @all_or_nothing
    def post(self, request: Request, endpoint_id: int) -> Response:
        overlap, endpoint = _overlap(request), self.visible(WebhookEndpoint, endpoint_id)
        secret = endpoints.rotate_secret(endpoint, overlap=overlap, now=clock.now())
        return Response(_with_secret(self, endpoint, secret))


class WebhookEndpointTest(PartnerView):
    queryset = WebhookEndpoint.objects.all()
    serializer_class = WebhookDeliverySerializer
    operations = {
        "POST": Operation(
            id="test_webhook_endpoint", tag=TAG, summary="Send a test event to a webhook endpoint", scopes=WRITE,
            app_level=True, status=201, answer=WebhookDeliverySerializer, errors=(409,),
            description="Queues a delivery of the type `webhook_endpoint.test`, whatever types the endpoint has "
            "chosen. Returns 409 if the endpoint is disabled. An extension of this server.",
        )
    }  # fmt: skip

    @all_or_nothing
    def post(self, request: Request, endpoint_id: int) -> Response:
        endpoint = self.visible(WebhookEndpoint, endpoint_id)
        return queued(self, endpoints.send_test(endpoint, now=clock.now()))


def queued(view: PartnerView, delivery: Any) -> Response:
    """The answer for a new delivery."""
    location = reverse("webhook-delivery", kwargs={"delivery_id": delivery.pk}, request=view.request)
    return Response(view.get_serializer(delivery).data, status=201, headers={"Location": location})


def _with_secret(view: PartnerView, endpoint: WebhookEndpoint, secret: str) -> Any:
    endpoint.secret = secret  # type: ignore[attr-defined]  # of this answer only
    return WebhookEndpointWithSecretSerializer(endpoint, context=view.get_serializer_context()).data


def _overlap(request: Request) -> timedelta:
    sent = request.query_params.get("overlap_minutes", str(DEFAULT_OVERLAP_MINUTES))
    if len(sent) > 9 or not is_whole_number(sent) or not 0 <= int(sent) <= LONGEST_OVERLAP_MINUTES:
        detail = f"overlap_minutes must be a whole number from 0 to {LONGEST_OVERLAP_MINUTES}."
        raise BadParameters({"overlap_minutes": detail})
    return timedelta(minutes=int(sent))
