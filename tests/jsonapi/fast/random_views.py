"""Strategies for views that a contributor could write: serializers, fields, options, overrides, includes, queries."""

from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_DOWN
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Prefetch, QuerySet, Value
from hypothesis import strategies as st
from rest_framework import serializers
from rest_framework_json_api import serializers as json_api
from rest_framework_json_api.relations import ResourceRelatedField

from jsonapi.fast.views import Planned
from jsonapi.operations import Operation
from jsonapi.views import CollectionView, PartnerView, ResourceView
from listings.models import ChannelListing, Listing
from listings.views.listings import ListingFilters
from users.models import User

Make = Callable[[], Any]


class Loud(serializers.CharField):
    def to_representation(self, value: Any) -> str:
        return f"{value}!"


class Borrowed(serializers.CharField):
    def get_attribute(self, instance: Any) -> Any:
        return instance.currency


class Silent(serializers.IntegerField):
    """A subclass that changes nothing."""


class ShoutingMixin:
    def to_representation(self, instance: Any) -> Any:
        return super().to_representation(instance) | {"title": "OVERRIDDEN"}  # type: ignore[misc]


class OnChannel(serializers.ModelSerializer[Any]):
    class Meta:
        model = ChannelListing
        fields = ("channel", "channel_listing_id", "removed_at")


class OnChannelInWords(ShoutingMixin, OnChannel):
    pass


class Money(serializers.Serializer[Any]):
    currency = serializers.CharField()
    base_price = serializers.IntegerField()
    bathrooms = serializers.DecimalField(max_digits=4, decimal_places=2)


class MoneyInWords(Money):
    base_price = Loud()  # type: ignore[assignment]


# The first factory of each name is the ordinary one, None leaves the field to the model.
FIELDS: dict[str, list[Make | None]] = {
    "title": [
        None,
        serializers.CharField,
        Loud,
        Borrowed,
        lambda: serializers.CharField(source="owner.email"),
        lambda: serializers.CharField(source="created_at"),
        lambda: serializers.CharField(source="base_price"),
        lambda: serializers.CharField(source="__str__"),
        lambda: serializers.CharField(write_only=True),
        lambda: serializers.ReadOnlyField(source="city"),
        lambda: serializers.SerializerMethodField(),
        lambda: serializers.ChoiceField(choices=["Flat 1", "Flat 2"]),
    ],
    "city": [None, lambda: serializers.CharField(allow_null=True, source="country"), lambda: Loud(allow_null=True)],
    "bedrooms": [
        None,
        Silent,
        serializers.FloatField,
        serializers.BooleanField,
        serializers.CharField,
        lambda: serializers.IntegerField(source="title", default=7),
        lambda: serializers.ChoiceField(choices=[(1, "one"), (2, "two")]),
    ],
    "bathrooms": [
        None,
        lambda: serializers.DecimalField(max_digits=4, decimal_places=1),
        lambda: serializers.DecimalField(max_digits=4, decimal_places=1, rounding=ROUND_DOWN),
        lambda: serializers.DecimalField(max_digits=4, decimal_places=2, coerce_to_string=False),
        lambda: serializers.DecimalField(max_digits=4, decimal_places=2, normalize_output=True),
        lambda: serializers.DecimalField(max_digits=4, decimal_places=2, localize=True),
        lambda: serializers.DecimalField(max_digits=None, decimal_places=None),
        serializers.FloatField,
    ],
    "latitude": [None, lambda: serializers.DecimalField(max_digits=12, decimal_places=3)],
    "created_at": [
        None,
        lambda: serializers.DateTimeField(format="%d.%m.%Y"),
        lambda: serializers.DateTimeField(format=None),
        lambda: serializers.DateTimeField(default_timezone=ZoneInfo("Asia/Tokyo")),
        serializers.CharField,
        lambda: serializers.DateField(source="base_price_updated_at", allow_null=True, format="%Y"),
    ],
    "enabled": [
        None,
        serializers.CharField,
        serializers.IntegerField,
        lambda: serializers.BooleanField(source="units"),
    ],
    "owner": [
        None,
        lambda: ResourceRelatedField(read_only=True),
        lambda: ResourceRelatedField(read_only=True, self_link_view_name="listing"),
        lambda: ResourceRelatedField(read_only=True, pk_field=serializers.CharField()),
        lambda: serializers.PrimaryKeyRelatedField(read_only=True),
        lambda: serializers.StringRelatedField(),
    ],
    "application": [None],
    "owner_id": [serializers.IntegerField, serializers.CharField],
    "channel_listings": [
        lambda: OnChannel(many=True, read_only=True),
        lambda: OnChannelInWords(many=True, read_only=True),
        lambda: serializers.StringRelatedField(many=True),
    ],
    "money": [lambda: Money(source="*"), lambda: MoneyInWords(source="*"), lambda: Money(source="*", read_only=True)],
    "shown": [lambda: serializers.IntegerField(read_only=True), lambda: serializers.CharField(read_only=True)],
    "camelCase": [lambda: serializers.CharField(source="title")],
    "timezone": [None],
    "id": [serializers.IntegerField, lambda: serializers.CharField(source="title")],
}
# More ways to change what a serializer shows, by the names that the class defines.
OVERRIDES: list[dict[str, Any]] = [
    {},
    {"validate": lambda self, data: data},
    {"to_representation": ShoutingMixin.to_representation},
    {"get_root_meta": lambda self, resource, many: {"rows": "all"}},
    {"get_fields": lambda self: {"title": serializers.CharField(source="currency")}},
    {"_readable_fields": property(lambda self: [])},
]
META: list[dict[str, Any]] = [{}, {"meta_fields": ("title",)}, {"resource_name": "flats"}, {"depth": 1}]


class Owner(json_api.ModelSerializer):
    class Meta:
        model = User
        resource_name = "users"
        fields = ("email", "created_at")


class ShoutingOwner(ShoutingMixin, Owner):
    pass


class StatusOwner(Owner):
    status = serializers.CharField(read_only=True)

    class Meta(Owner.Meta):
        fields = ("email", "status")


def owners() -> QuerySet[User]:
    return User.objects.annotate(status=Value("fine"))


PREFETCHES: list[dict[str, Any]] = [
    {},
    {"prefetch_for_includes": {"owner": ["owner"]}},
    {"prefetch_for_includes": {"owner": [Prefetch("owner", owners())]}},
    {"prefetch_for_includes": {"owner": [Prefetch("owner", User.objects.filter(first_name="Ada"))]}},
    {"prefetch_for_includes": {"owner": [Prefetch("owner", owners(), to_attr="landlord")]}},
    {"prefetch_for_includes": {"__all__": [Prefetch("owner", owners())], "owner": ["owner__credentials"]}},
    {"prefetch_for_includes": {"owner": [Prefetch("channel_listings", ChannelListing.objects.none())]}},
    {"select_for_includes": {"owner": ["owner"]}},
]
CHANNEL_LISTINGS = ChannelListing.objects.order_by("-id")
QUERYSETS: list[QuerySet[Listing]] = [
    Listing.objects.all(),
    Listing.objects.prefetch_related("channel_listings"),
    Listing.objects.prefetch_related(Prefetch("channel_listings", CHANNEL_LISTINGS.filter(removed_at=None))),
    Listing.objects.prefetch_related(Prefetch("channel_listings", CHANNEL_LISTINGS, to_attr="on_channels")),
    Listing.objects.prefetch_related("channel_listings__account"),
    Listing.objects.select_related("owner"),
    Listing.objects.annotate(shown=Count("channel_listings")),
    Listing.objects.annotate(shown=Value("some")),
    Listing.objects.distinct(),
]
VIEW_OVERRIDES: list[dict[str, Any]] = [
    {},
    {"narrow": lambda self, rows: rows.filter(enabled=True)},
    {"get_queryset": lambda self: PartnerView.get_queryset(self).filter(enabled=True)},
    {"filter_queryset": lambda self, rows: PartnerView.filter_queryset(self, rows).filter(bedrooms=2)},
    {"get_serializer_class": lambda self: ListingTitles},
    {"get_serializer": lambda self, *args, **kwargs: ListingTitles(*args, **kwargs, context={})},
    {"paginate_queryset": lambda self, rows: PartnerView.paginate_queryset(self, rows[0:2])},
    {"resource_name": "houses"},
    {"get_object": lambda self: Listing.objects.last()},
    {"rows": lambda self: Listing.objects.order_by("-title")},
]


class ListingTitles(json_api.ModelSerializer):
    class Meta:
        model = Listing
        resource_name = "listings"
        fields = ("title",)


# An example departs from the ordinary in one aspect at a time: one departure would hide another.
ASPECTS = ["nothing", "field", "field", "field", "serializer", "meta", "prefetch", "queryset", "view"]
ALWAYS_UNKNOWN = {"application", "camelCase", "id"}
DEPARTURES = [(name, make) for name, makes in FIELDS.items() for make in makes[name not in ALWAYS_UNKNOWN :]]


Views = tuple[type[PartnerView], type[PartnerView]]


def serializer_of(
    fields: Mapping[str, Make | None],
    *,
    owner: Any = Owner,
    meta: Mapping[str, Any] = MappingProxyType({}),
    overrides: Mapping[str, Any] = MappingProxyType({}),
    bases: tuple[type, ...] = (json_api.ModelSerializer,),
) -> Any:
    members: dict[str, Any] = {name: make() for name, make in fields.items() if make}
    if isinstance(members.get("title"), serializers.SerializerMethodField):
        members["get_title"] = lambda self, listing: listing.title.upper()
    if owner:
        members["included_serializers"] = {"owner": owner}
    options = {"model": Listing, "resource_name": "listings", "fields": tuple(fields), **meta}
    return type("Random", bases, {**members, "Meta": type("Meta", (), options), **overrides})


def views_of(serializer: Any, declarations: Mapping[str, Any]) -> Views:
    """A collection and a resource with the same declarations."""
    reading = Operation(id="read", tag="Random", summary="Read", scopes=[["listings:read"]], answer=serializer)
    shared = {
        "queryset": QUERYSETS[0],
        "serializer_class": serializer,
        "permission_classes": (),
        "throttle_classes": (),
        "operations": {"GET": reading},
        **declarations,
    }
    of_collection = {"sort_fields": ("created_at", "title", "city", "bedrooms"), "filterset_class": ListingFilters}
    collection = type("RandomCollection", (Planned, CollectionView), {**shared, **of_collection})
    resource = type("RandomResource", (Planned, ResourceView), {**shared, "id_parameter": "listing_id"})
    return collection, resource


PLAIN = ("title", "city", "bedrooms", "bathrooms", "created_at", "enabled", "owner", "channel_listings", "money")


def plain_views() -> Views:
    return views_of(serializer_of({name: FIELDS[name][0] for name in PLAIN}), {})


def single_departures() -> Iterator[tuple[str, Views]]:
    """Each departure from the ordinary alone, with a description of it."""
    plain = {name: FIELDS[name][0] for name in PLAIN}
    for number, (name, make) in enumerate(DEPARTURES):
        yield f"field {number}, {name}", views_of(serializer_of(plain | {name: make}), {})
    for overrides in OVERRIDES:
        yield f"serializer {list(overrides)}", views_of(serializer_of(plain, overrides=overrides), {})
    for meta in META:
        yield f"meta {meta}", views_of(serializer_of(plain, meta=meta), {})
    mixed_in = serializer_of(plain, bases=(ShoutingMixin, json_api.ModelSerializer))
    yield "inherited to_representation", views_of(mixed_in, {})
    for owner in (Owner, StatusOwner, ShoutingOwner, None):
        for number, prefetch in enumerate(PREFETCHES):
            yield f"prefetch {number} with {owner}", views_of(serializer_of(plain, owner=owner), prefetch)
    for number, queryset in enumerate(QUERYSETS):
        yield f"queryset {number}", views_of(serializer_of(plain), {"queryset": queryset})
    for override in VIEW_OVERRIDES:
        yield f"view {list(override)}", views_of(serializer_of(plain), override)


@st.composite
def views(draw: Any) -> Views:
    aspect = draw(st.sampled_from(ASPECTS))
    ordinary = set(FIELDS) - ALWAYS_UNKNOWN - ({"shown"} if aspect != "queryset" else set())
    names = draw(st.lists(st.sampled_from(sorted(ordinary)), unique=True, max_size=6))
    fields = {name: FIELDS[name][0] for name in names}
    how: dict[str, Any] = {"owner": draw(st.sampled_from([Owner, StatusOwner, ShoutingOwner, None]))}
    declarations: dict[str, Any] = {}
    match aspect:
        case "field":
            fields |= dict([draw(st.sampled_from(DEPARTURES))])
        case "serializer":
            how["overrides"] = draw(st.sampled_from(OVERRIDES))
            how["bases"] = draw(
                st.sampled_from([(json_api.ModelSerializer,), (ShoutingMixin, json_api.ModelSerializer)])
            )
        case "meta":
            how["meta"] = draw(st.sampled_from(META))
        case "prefetch":
            declarations = draw(st.sampled_from(PREFETCHES))
        case "queryset":
            declarations = {"queryset": draw(st.sampled_from(QUERYSETS))}
        case "view":
            declarations = draw(st.sampled_from(VIEW_OVERRIDES))
    return views_of(serializer_of(fields, **how), declarations)


@st.composite
def queries(draw: Any, serializer: Any) -> dict[str, str]:
    query = {}
    names = [name.replace("_", "-") for name in serializer().fields]
    if draw(st.booleans()):
        query[f"fields[{serializer.Meta.resource_name}]"] = ",".join(draw(st.lists(st.sampled_from(["id", *names]))))
    if getattr(serializer, "included_serializers", None) and draw(st.booleans()):
        query["include"] = draw(st.sampled_from(["owner", ""]))
        query |= draw(st.sampled_from([{}, {"fields[users]": "email"}]))
    return query


@st.composite
def list_queries(draw: Any) -> dict[str, str]:
    query = {}
    if draw(st.booleans()):
        query["sort"] = draw(st.sampled_from(["title", "-city", "city", "bedrooms,-title", "-created-at"]))
    if draw(st.booleans()):
        query |= {"page[size]": "3", "page[number]": draw(st.sampled_from(["1", "2", "3"]))}
    if draw(st.booleans()):
        query["filter[enabled]"] = draw(st.sampled_from(["true", "false"]))
    return query
