"""`updated-at` moves exactly when a document changes, whichever statement writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import F, Model

from jsonapi.ordering import total_order
from listings.models import ChannelListing, Listing
from tests.factories import AccountFactory, ChannelListingFactory, ListingFactory, MarketFactory, UserFactory
from tests.partner import Partner
from users.models import Account, User

pytestmark = pytest.mark.django_db

Documents = dict[str, dict[str, Any]]
LATER = datetime(2031, 5, 6, 7, 8, 9, 101112, tzinfo=UTC)


class World:
    """A user with two accounts that show one listing, which has failed at one of them; and another user."""

    def __init__(self, partner: Partner) -> None:
        self.partner = partner
        self.user = UserFactory(application=partner.application)
        self.other_user = UserFactory(application=partner.application)
        self.account = AccountFactory(user=self.user)
        self.other_account = AccountFactory(user=self.user)
        self.market = MarketFactory()
        self.listing = ListingFactory(owner=self.user, market=self.market)
        self.other_listing = ListingFactory(owner=self.user)
        self.shown = ChannelListingFactory(listing=self.listing, account=self.account)
        self.failed = ChannelListingFactory(
            listing=self.other_listing, account=self.account, failures=1, failed_at=LATER, failure="No.", retry_at=LATER
        )

    def documents(self) -> Documents:
        """The resource objects of all lists, without their relationships' documents and without `sync-status`."""
        paths = [
            "/users/",
            "/listings/",
            *(f"/users/{user.pk}/accounts/" for user in User.objects.filter(deleted_at=None)),
        ]
        found: Documents = {}
        for path in paths:
            for resource in self.partner.get(path, {"page[size]": 100}).document["data"]:
                resource["attributes"].pop("sync-status", None)
                found[f"{resource['type']}/{resource['id']}"] = resource
        return found

    @contextmanager
    def watched(self, *, may_move_others: bool = False) -> Iterator[None]:
        """Check that what changes inside moves `updated-at` of the documents that it changes, and of no other."""
        before = self.documents()
        yield
        after = self.documents()
        for name in before.keys() & after.keys():
            was, is_ = (dict(found[name]["attributes"]) for found in (before, after))
            earlier, later = was.pop("updated-at"), is_.pop("updated-at")
            differs = was != is_ or before[name].get("relationships") != after[name].get("relationships")
            moved = datetime.fromisoformat(later) > datetime.fromisoformat(earlier)
            told = f"{name}: {earlier} became {later}, and {was} became {is_}"
            assert moved if differs else later == earlier or (moved and may_move_others), told
        assert not [name for name in after.keys() - before.keys() if not after[name]["attributes"]["updated-at"]]


@pytest.fixture
def world(partner: Partner) -> World:
    return World(partner)


def other_value(field: Any, row: Model, world: World) -> Any:
    """A valid value that differs from the row's."""
    if isinstance(field, models.ForeignKey):
        others: dict[type, Any] = {
            User: world.other_user,
            Account: world.other_account,
            Listing: world.other_listing,
        }
        return others.get(field.related_model)
    value = getattr(row, field.attname)
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.DateTimeField):
        return LATER + timedelta(days=1)
    if isinstance(field, models.DecimalField):
        return (value or Decimal(0)) + 1
    if isinstance(field, models.IntegerField):
        return (value or 0) + 1
    return {"locale": "de", "timezone": "Asia/Tokyo", "currency": "USD"}.get(field.name, f"{value or ''}x"[-32:])


ROWS: dict[type[Model], Callable[[World], Any]] = {
    User: lambda world: world.user,
    Account: lambda world: world.account,
    Listing: lambda world: world.listing,
    ChannelListing: lambda world: world.failed,
}
NEVER_WRITTEN = {"application", "updated_at", "Account.user"}
# Nothing changes these columns of a channel listing. If something did, its account would move too.
IDENTITY = {"listing", "account", "channel", "channel_listing_id"}
COLUMNS = [
    pytest.param(model, field.name, id=f"{model.__name__}.{field.name}")
    for model in ROWS
    for field in model._meta.concrete_fields
    if not field.primary_key and NEVER_WRITTEN.isdisjoint([field.name, f"{model.__name__}.{field.name}"])
]


@pytest.mark.parametrize(("model", "name"), COLUMNS)
def test_each_column_that_is_shown_moves_it_and_no_other_does(world: World, model: type[Model], name: str) -> None:
    row = ROWS[model](world)
    field: Any = model._meta.get_field(name)
    value = other_value(field, row, world)
    if value is None:
        pytest.skip("No other row.")

    may_move_others = model is ChannelListing and name in IDENTITY
    with world.watched(may_move_others=may_move_others):
        model._default_manager.filter(pk=row.pk).update(**{name: value})
    with world.watched():  # the same value again changes nothing
        model._default_manager.filter(pk=row.pk).update(**{name: value})
    with world.watched(may_move_others=may_move_others):
        model._default_manager.filter(pk=row.pk).update(**{name: getattr(row, field.attname)})


def test_rows_that_come_and_go_move_what_counts_them(world: World) -> None:
    third = ListingFactory(owner=world.user, enabled=True)
    with world.watched():
        extra = ChannelListingFactory(listing=third, account=world.account)
    with world.watched():
        ChannelListing.objects.filter(pk=extra.pk).update(removed_at=LATER)
    with world.watched():
        ChannelListing.objects.filter(pk=extra.pk).update(failures=3, failed_at=LATER)  # removed ones are not shown
    with world.watched():
        ChannelListing.objects.filter(pk=extra.pk).update(removed_at=None, failures=None, failed_at=None)
    with world.watched():
        Listing.objects.filter(owner=world.user).update(enabled=F("enabled"))
    with world.watched():
        Listing.objects.filter(owner=world.user).update(enabled=False)
    with world.watched():
        extra.delete()


def test_the_status_of_a_user_moves_only_the_user(world: World) -> None:
    with world.watched():
        first = AccountFactory(user=world.other_user)
    with world.watched():
        second = AccountFactory(user=world.other_user)  # the user is active already
    with world.watched():
        Account.objects.filter(pk=first.pk).update(valid=False)
    with world.watched():
        Account.objects.filter(user=world.other_user).update(valid=False)
    with world.watched():
        Account.objects.filter(pk=first.pk).update(valid=True)
    with world.watched():
        Account.objects.filter(user=world.other_user).update(deleted_at=LATER)
    with world.watched():
        Account.objects.filter(pk=second.pk).delete()
    with world.watched():
        Account.objects.filter(pk=first.pk).delete()


def test_bulk_upserts_move_the_rows_that_they_change(world: World) -> None:
    world.listing.title, world.other_listing.city = "Renamed", world.other_listing.city
    with world.watched():
        Listing.objects.bulk_create(
            [world.listing, world.other_listing], update_conflicts=True, unique_fields=["id"],
            update_fields=["title", "city"],
        )  # fmt: skip
    world.shown.price = 12300
    with world.watched():
        ChannelListing.objects.bulk_create(
            [world.shown, world.failed], update_conflicts=True, unique_fields=["account", "channel_listing_id"],
            update_fields=["price", "removed_at"],
        )  # fmt: skip


def test_a_stale_copy_of_a_row_does_not_move_it_back(world: World) -> None:
    stale = Listing.objects.get(pk=world.listing.pk)
    Listing.objects.filter(pk=stale.pk).update(title="New")
    stale.refresh_from_db(fields=["title"])
    with world.watched():
        stale.save()
    world.listing.refresh_from_db()
    assert stale.updated_at
    assert world.listing.updated_at
    assert world.listing.updated_at > stale.updated_at
    with world.watched():
        Listing.objects.filter(pk=stale.pk).update(updated_at=None)


def test_two_changes_at_the_same_moment_have_two_times(world: World) -> None:
    seen = set()
    for n in range(20):
        Listing.objects.filter(pk=world.listing.pk).update(title=f"Flat {n}")
        seen.add(Listing.objects.values_list("updated_at", flat=True).get(pk=world.listing.pk))
    assert len(seen) == 20


@pytest.mark.parametrize("path", ["/users/", "/listings/", "/users/{user}/accounts/"])
def test_filter_and_sort(world: World, path: str) -> None:
    path = path.format(user=world.user.pk)
    for row in (world.other_user, world.other_account, world.other_listing):  # rows of one millisecond share a time
        type(row).objects.filter(pk=row.pk).update(updated_at=LATER)
    oldest_first = world.partner.get(path, {"sort": "updated-at"}).document["data"]
    times = [resource["attributes"]["updated-at"] for resource in oldest_first]
    assert len(times) == 2
    assert times == sorted(times)
    newest_first = world.partner.get(path, {"sort": "-updated-at"}).document["data"]
    assert [each["id"] for each in newest_first] == [each["id"] for each in oldest_first][::-1]

    since_the_last = world.partner.get(path, {"filter[updated-since]": times[-1]}).document
    assert [each["id"] for each in since_the_last["data"]] == [newest_first[0]["id"]]  # inclusive
    assert since_the_last["meta"]["pagination"]["count"] == 1
    elsewhere = datetime.fromisoformat(times[0]) + timedelta(hours=2)
    same_instant = elsewhere.replace(tzinfo=None).isoformat() + "+02:00"
    assert len(world.partner.get(path, {"filter[updated_since]": same_instant}).document["data"]) == 2
    later = (datetime.fromisoformat(times[-1]) + timedelta(microseconds=1)).isoformat()
    assert world.partner.get(path, {"filter[updated-since]": later}).document["data"] == []


@pytest.mark.parametrize(
    "value",
    ["yesterday", "2030-01-01", "2030-01-01T00:00:00", "2030-02-30T00:00:00Z", "2030-01-01T25:00:00Z", "", "1893456000",
     "0001-01-01T00:00:00+14:00", "٢٠٣٠-01-01T00:00:00Z"],
)  # fmt: skip
def test_a_time_without_an_offset_is_refused(world: World, value: str) -> None:
    answer = world.partner.get("/listings/", {"filter[updated-since]": value})
    assert answer.status == 400
    assert answer.document["errors"][0]["source"] == {"parameter": "filter[updated-since]"}


READS: dict[str, tuple[type[Model], dict[str, int]]] = {
    "user_by_updated_at": (User, {"application": 1}),
    "account_by_updated_at": (Account, {"user": 1}),
    "listing_by_updated_at": (Listing, {"application": 1}),
    "listing_updated_of_owner": (Listing, {"owner": 1}),
}


@pytest.mark.parametrize("index", READS)
@pytest.mark.parametrize("sort", ["updated_at", "-updated_at"])
def test_pages_by_time_read_an_index(index: str, sort: str) -> None:
    model, of_one = READS[index]
    rows = model._default_manager.filter(**of_one, deleted_at=None, updated_at__gte=LATER)
    page = rows.order_by(*total_order(model, [sort]))[:100]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # tables of tests are so small that reading them whole is cheaper
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    plan = page.explain()
    assert index in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
