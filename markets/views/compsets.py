"""The endpoints of comp sets."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django_filters import ChoiceFilter, FilterSet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

import clock
from jsonapi.errors import BadParameters
from jsonapi.fields import ISO_DATE
from jsonapi.operations import Operation
from jsonapi.refusals import InvalidValues
from jsonapi.views import CollectionView, PartnerView, all_or_nothing
from listings.filters import OwnerIdFilter
from listings.models import Listing
from listings.views.listings import shown_channel_listings
from markets import compsets
from markets.models import Compset, CompsetMember
from markets.serializers.compsets import CompsetCreateSerializer, CompsetSerializer, CompsetSummarySerializer
from markets.services.custom_compsets import create_custom, delete_custom
from users.models import User
from users.selectors import with_status

READ = [["compsets:read"]]
WRITE = [["listings:write"]]
TAG = "Compsets"


class KindFilter(ChoiceFilter):
    schema = {"type": "string", "enum": ["connected", "custom"]}

    def __init__(self, **kwargs: object) -> None:
        messages = {"invalid_choice": "It must be connected or custom."}
        super().__init__(choices=Compset.Kind.choices, error_messages=messages, **kwargs)


class CompsetFilters(FilterSet):
    owner = OwnerIdFilter(field_name="owner_id", help_text="Id of the user whose sets they are.")
    listing = OwnerIdFilter(field_name="listing_id", help_text="Id of the listing that is compared.")
    kind = KindFilter(help_text="`connected` or `custom`.")


def with_member_count(rows: QuerySet[Compset]) -> QuerySet[Compset]:
    members = CompsetMember.objects.filter(compset=OuterRef("pk")).order_by().values("compset")
    count = Subquery(members.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
    return rows.annotate(member_count=Coalesce(count, 0))


class CompsetCollection(CollectionView):
    queryset = with_member_count(Compset.objects.all())
    serializer_class = CompsetSummarySerializer
    operations = {
        "GET": Operation(
            id="list_compsets", tag=TAG, summary="List comp sets", scopes=READ, answer=CompsetSummarySerializer,
            description="Lists the comp sets of all users of your application, or of the user whom the token names.",
        ),
        "POST": Operation(
            id="create_compset", tag=TAG, summary="Create a custom comp set", scopes=WRITE, status=201,
            request=CompsetCreateSerializer, answer=CompsetSummarySerializer, errors=(422,),
            description="An extension of this server. Makes a `custom` set of public listings, named by their ids. An "
            "id that no imported market has returns 422, which names it, and nothing is made. The scope is that of "
            "changes to listings, because no scope for changes to comp sets exists.",
        ),
    }  # fmt: skip
    sort_fields = ("created_at", "title")
    filterset_class = CompsetFilters
    prefetch_for_includes = {
        "owner": [Prefetch("owner", with_status(User.objects.all()))],
        "listing": [Prefetch("listing", Listing.objects.prefetch_related(shown_channel_listings()))],
    }

    def post(self, request: Request) -> Response:
        serializer = CompsetCreateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self.create(serializer.validated_data)

    @all_or_nothing
    def create(self, attributes: Mapping[str, Any]) -> Response:
        listing, owner = self._subject(attributes.get("listing_id"), attributes.get("owner_id"))
        compset = create_custom(
            owner=owner,
            listing=listing,
            title=attributes["title"],
            channel=attributes["channel"],
            channel_listing_ids=attributes["channel_listing_ids"],
            now=clock.now(),
        )
        shown = self.queryset.get(pk=compset.pk)
        url = reverse("compset", kwargs={"compset_id": compset.pk}, request=self.request)
        return Response(self.get_serializer(shown).data, status=201, headers={"Location": url})

    def _subject(self, listing_id: int | None, owner_id: int | None) -> tuple[Listing | None, User]:
        """The listing and the owner that the request means, by default the token's user. Raises InvalidValues."""
        listing = None
        if listing_id is not None:
            listing = self.access.visible(Listing.objects.select_related("owner")).filter(pk=listing_id).first()
            if listing is None:
                raise _invalid("listing-id", "does_not_exist", f"Listing {listing_id} not found.")
            if owner_id not in (None, listing.owner_id):
                raise _invalid("owner-id", "invalid", f"Listing {listing_id} has another owner.")
            return listing, listing.owner
        owner_id = self.access.user_id if owner_id is None else owner_id
        if owner_id is None:
            raise _invalid("listing-id", "required", "Give a listing, or the owner of a set without one.")
        owner = self.access.visible(User.objects.all()).filter(pk=owner_id).first()
        if owner is None:
            raise _invalid("owner-id", "does_not_exist", f"User {owner_id} not found.")
        return None, owner


class CompsetResource(PartnerView):
    queryset = Compset.objects.select_related("listing")
    serializer_class = CompsetSerializer
    id_parameter = "compset_id"
    operations = {
        "GET": Operation(
            id="get_compset", tag=TAG, summary="Get a comp set", scopes=READ, answer=CompsetSerializer, errors=(400,),
            description="Returns the members of a comp set with their figures for the next 30 and 90 nights, and the "
            "performance of the listing and its members in a range of nights. Amounts are whole units of the named "
            "currency, shares are between 0 and 1, and what is not known is null.",
            parameters={
                compsets.START: {
                    "type": "string",
                    "description": "First night of `performance`, as YYYY-MM-DD. The default is today at the listing.",
                },
                compsets.END: {
                    "type": "string",
                    "description": "Last night of `performance`, as YYYY-MM-DD. The default makes "
                    f"{compsets.DEFAULT_NIGHTS} nights; at most {compsets.MOST_NIGHTS} are possible.",
                },
            },
        ),
        "DELETE": Operation(
            id="delete_compset", tag=TAG, summary="Delete a custom comp set", scopes=WRITE, status=204, errors=(409,),
            description="An extension of this server. A connected set returns 409: the server keeps it. The scope is "
            "that of changes to listings, because no scope for changes to comp sets exists.",
        ),
    }  # fmt: skip

    def get(self, request: Request, compset_id: int) -> Response:
        compset = self.visible(Compset, compset_id, self.get_queryset())
        start, end = _date(self.query, compsets.START), _date(self.query, compsets.END)
        return Response(self.get_serializer(compsets.compare(compset, start, end, clock.now())).data)

    @all_or_nothing
    def delete(self, request: Request, compset_id: int) -> Response:
        delete_custom(self.visible(Compset, compset_id), now=clock.now())
        return Response(status=204)


def _invalid(attribute: str, code: str, detail: str) -> InvalidValues:
    return InvalidValues([(f"/data/attributes/{attribute}", code, detail)])


def _date(query: Mapping[str, str], name: str) -> date | None:
    """The parameter's value. Raises BadParameters."""
    if name not in query:
        return None
    try:
        if ISO_DATE.fullmatch(query[name]):
            return date.fromisoformat(query[name])
    except ValueError:
        pass
    raise BadParameters({name: "It must be a date in the form YYYY-MM-DD."})
