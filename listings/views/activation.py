"""The endpoint that enables and disables a listing."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from jsonapi.operations import Operation
from jsonapi.views import PartnerView, all_or_nothing
from listings.models import Listing
from listings.serializers.activation import ListingActivationSerializer
from listings.services.activation import activate
from listings.views.scopes import WRITE


class ListingActivation(PartnerView):
    queryset = Listing.objects.all()
    serializer_class = ListingActivationSerializer
    id_parameter = "listing_id"
    operations = {
        "PATCH": Operation(
            id="patch_listing_activation", tag="Listings", summary="Enable or disable a listing", scopes=WRITE,
            request=ListingActivationSerializer, answer=ListingActivationSerializer, errors=(422,),
            also={304: "The request would change nothing."},
            description="While a listing is enabled, its prices are pushed to the channel. The prices in the request "
            "are applied together with the switch, or nothing is applied. Enabling a listing without a base price "
            "returns 422.",
        )
    }  # fmt: skip

    def patch(self, request: Request, listing_id: int) -> Response:
        return self.activate(listing_id, self.validated(ListingActivationSerializer, Listing, listing_id))

    @all_or_nothing
    def activate(self, listing_id: int, changes: Mapping[str, Any]) -> Response:
        visible = self.access.visible(Listing.objects.all())
        listing, changed = activate(visible, listing_id, now=timezone.now(), **changes)
        if not changed:
            return Response(status=304)
        return Response(self.get_serializer(listing).data)
