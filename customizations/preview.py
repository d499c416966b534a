"""The endpoint that tells what customizations would change."""

from rest_framework.request import Request
from rest_framework.response import Response

import clock
from customizations.serializers.preview import PricePreviewRequestSerializer, PricePreviewSerializer
from customizations.what_if import preview
from jsonapi.operations import Operation
from jsonapi.views import PartnerView
from listings.calendar import READ_WITH
from listings.models import Listing


class PricePreview(PartnerView):
    queryset = Listing.objects.select_related(*READ_WITH)
    serializer_class = PricePreviewSerializer
    operations = {
        "POST": Operation(
            id="preview_listing_prices", tag="Customizations", summary="Try customizations of a listing",
            scopes=[["listings:read"]], request=PricePreviewRequestSerializer, answer=PricePreviewSerializer,
            errors=(422,),
            description="An extension. Returns the calendar that the customizations in the request would make, beside "
            "today's. Nothing is stored, and nothing is pushed. A listing outside an active market returns 400. A "
            "range that ends before it starts or is longer than 730 days returns 422.",
        )
    }  # fmt: skip

    def post(self, request: Request, listing_id: int) -> Response:
        asked = self.validated(PricePreviewRequestSerializer, Listing, listing_id)
        listing = self.visible(Listing, listing_id, self.queryset)
        start, end = asked.pop("start_date", None), asked.pop("end_date", None)
        shown = preview(listing, asked, start=start, end=end, now=clock.now())
        return Response(self.get_serializer(shown).data)
