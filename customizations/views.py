"""The endpoints of customizations."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from rest_framework.request import Request
from rest_framework.response import Response

import clock
from customizations.serializers.adjustments import TimeBasedAdjustmentsCustomizationSerializer
from customizations.serializers.entries import CustomizationSerializer, patch_of
from customizations.serializers.listing import ListingCustomizationsSerializer
from customizations.serializers.prices import (
    BasePriceCustomizationSerializer,
    BasePricePatchSerializer,
    ExtraGuestFeeCustomizationSerializer,
    MinMaxPricesCustomizationSerializer,
)
from customizations.serializers.stays import (
    CheckinCheckoutDaysCustomizationSerializer,
    MaxStaysCustomizationSerializer,
    MinStaysCustomizationSerializer,
)
from customizations.services import customize
from jsonapi.operations import Operation
from jsonapi.views import PartnerView, all_or_nothing
from listings.models import Listing
from listings.services.events import author
from listings.services.locking import lock_listing
from listings.services.rules import stored_rules

READ = [["listings:read"]]
WRITE = [["listings:write"]]
TAG = "Customizations"


class OfListing(PartnerView, ABC):
    """A resource that each listing has once. It has the id of the listing."""

    queryset = Listing.objects.select_related("pricing_rules")
    id_parameter = "listing_id"

    def get(self, request: Request, listing_id: int) -> Response:
        return self.show(self.visible(Listing, listing_id, self.get_queryset()))

    def show(self, listing: Listing) -> Response:
        return Response(self.get_serializer(self.shown(listing)).data)

    @abstractmethod
    def shown(self, listing: Listing) -> Any:
        """The object or mapping that the serializer reads."""


class CustomizationResource(OfListing):
    """One customization. `column` is its column in PricingRules, or None if the listing's own columns hold it."""

    column: ClassVar[str | None] = None

    def shown(self, listing: Listing) -> Any:
        if self.column is None:
            return listing
        return {"id": listing.pk, **getattr(stored_rules(listing), self.column)}

    def lock(self) -> None:
        lock_listing(self.access.visible(Listing.objects.all()), self.kwargs[self.id_parameter])

    def patch(self, request: Request, listing_id: int) -> Response:
        request_serializer = cast(type[CustomizationSerializer], self.operations["PATCH"].request)
        return self.change(listing_id, self.validated(request_serializer, Listing, listing_id))

    @all_or_nothing
    def change(self, listing_id: int, changes: Mapping[str, Any]) -> Response:
        visible, by = self.access.visible(Listing.objects.all()), author(self.access.credential_id)
        return self.show(customize(visible, listing_id, self.column, changes, by=by, now=clock.now()))


def operations(
    name: str,
    title: str,
    answer: type[CustomizationSerializer],
    description: str = "",
    request: type[CustomizationSerializer] | None = None,
) -> dict[str, Operation]:
    """GET and PATCH of a customization. `name` is a part of the operation ids, `title` of the summaries."""
    reading = Operation(
        id=f"get_listing_{name}_customization",
        tag=TAG,
        summary=f"Get {title} of a listing",
        scopes=READ,
        answer=answer,
        description=description,
    )
    partial = (
        "An attribute that is not sent does not change. A list or an object replaces the stored one. Null clears an "
        "attribute. If one attribute is invalid, nothing is changed."
    )
    writing = Operation(
        id=f"patch_listing_{name}_customization",
        tag=TAG,
        summary=f"Set {title} of a listing",
        scopes=WRITE,
        request=request or patch_of(answer),
        answer=answer,
        errors=(422,),
        description=" ".join(filter(None, [description, "" if request else partial])),
    )
    return {"GET": reading, "PATCH": writing}


class BasePriceResource(CustomizationResource):
    serializer_class = BasePriceCustomizationSerializer
    operations = operations(
        "base_price",
        "the base price",
        BasePriceCustomizationSerializer,
        "Returns the present base price: the user's own or the automatic one. A price that is set here is no longer "
        "changed automatically.",
        request=BasePricePatchSerializer,
    )


class ExtraGuestFeesResource(CustomizationResource):
    serializer_class = ExtraGuestFeeCustomizationSerializer
    operations = operations("extra_guest_fee", "the fee for extra guests", ExtraGuestFeeCustomizationSerializer)


class MinMaxPricesResource(CustomizationResource):
    column = "min_max_prices"
    serializer_class = MinMaxPricesCustomizationSerializer
    operations = operations("min_max_prices", "the minimum and maximum prices", MinMaxPricesCustomizationSerializer)


class MinStaysResource(CustomizationResource):
    column = "min_stays"
    serializer_class = MinStaysCustomizationSerializer
    operations = operations("min_stays", "the minimum stays", MinStaysCustomizationSerializer)


class MaxStaysResource(CustomizationResource):
    column = "max_stays"
    serializer_class = MaxStaysCustomizationSerializer
    operations = operations("max_stays", "the maximum stays", MaxStaysCustomizationSerializer)


class TimeBasedAdjustmentsResource(CustomizationResource):
    column = "time_based_adjustments"
    serializer_class = TimeBasedAdjustmentsCustomizationSerializer
    operations = operations(
        "time_based_adjustments", "the price adjustments by lead time", TimeBasedAdjustmentsCustomizationSerializer
    )


class CheckinCheckoutDaysResource(CustomizationResource):
    column = "checkin_checkout_days"
    serializer_class = CheckinCheckoutDaysCustomizationSerializer
    operations = operations(
        "checkin_checkout_days", "the check-in and check-out days", CheckinCheckoutDaysCustomizationSerializer
    )


class ListingCustomizations(OfListing):
    serializer_class = ListingCustomizationsSerializer
    operations = {
        "GET": Operation(
            id="get_listing_all_customizations",
            tag=TAG,
            summary="Get all customizations of a listing",
            scopes=READ,
            answer=ListingCustomizationsSerializer,
        )
    }

    def shown(self, listing: Listing) -> Any:
        rules = stored_rules(listing)
        on_the_listing = {"base_price": listing, "extra_guest_fees": listing}
        in_its_rules = {
            resource.column: getattr(rules, resource.column)
            for resource in (
                MinMaxPricesResource,
                MinStaysResource,
                MaxStaysResource,
                TimeBasedAdjustmentsResource,
                CheckinCheckoutDaysResource,
            )
        }
        return {"id": listing.pk, **on_the_listing, **in_its_rules}
