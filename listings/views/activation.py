"""The endpoint that enables and disables a listing."""

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

import clock
from jsonapi.operations import Operation
from jsonapi.views import PartnerView, all_or_nothing
from listings.models import Listing
from listings.serializers.activation import ListingActivationSerializer
from listings.services.activation import activate
from listings.services.events import author
from listings.services.locking import lock_listing
from listings.views.listings import ListingResource
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

    def lock(self) -> None:
        lock_listing(self.access.visible(Listing.objects.all()), self.kwargs[self.id_parameter])

    def representations(self) -> list[bytes]:
        """An activation has no GET. Its last PATCH and the GET of the listing show its state."""
        listing = self.visible(Listing, self.kwargs[self.id_parameter])
        shown = self.finalize_response(self.request, Response(self.get_serializer(listing).data)).render()
        return [bytes(shown.content), self.beside(ListingResource).rendered()]

    def patch(self, request: Request, listing_id: int) -> Response:
        return self.activate(listing_id, self.validated(ListingActivationSerializer, Listing, listing_id))

    @all_or_nothing
    def activate(self, listing_id: int, changes: Mapping[str, Any]) -> Response:
        visible = self.access.visible(Listing.objects.all())
        listing, changed = activate(
            visible, listing_id, by=author(self.access.credential_id), now=clock.now(), **changes
        )
        if not changed:
            return Response(status=304)
        return Response(self.get_serializer(listing).data)
