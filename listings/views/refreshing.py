"""The endpoint that requests a sync of one listing."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

import clock
from jsonapi.operations import Operation
from jsonapi.views import PartnerView, all_or_nothing
from listings.models import Listing
from listings.services.refreshing import refresh_listing
from listings.views.scopes import WRITE


class ListingRefresh(PartnerView):
    queryset = Listing.objects.all()
    serializer_class = serializers.Serializer
    operations = {
        "POST": Operation(
            id="refresh_listing_reservations", tag="Listings", summary="Sync a listing", scopes=WRITE, status=202,
            description="Queues a sync that reads the details, the availability and the reservations of the listing, "
            "and then computes the automatic base price. Returns 404 if no connected channel shows the listing.",
        )
    }  # fmt: skip

    @all_or_nothing
    def post(self, request: Request, listing_id: int) -> Response:
        refresh_listing(self.visible(Listing, listing_id), now=clock.now())
        return Response(status=202)
