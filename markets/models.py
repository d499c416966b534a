"""Public market data, the comp sets made from it, and the aggregates of market insights.

Public data come from files that others publish (docs/markets.md). They never hold anything about persons.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from listings.models import Listing
from users.models import User


class PublicMarket(models.Model):
    """A city whose public data are imported. Its amounts are minor units of `currency`."""

    source = models.CharField(max_length=64, help_text="The provider of the data, such as `inside-airbnb`.")
    city = models.CharField(max_length=256)
    country = models.CharField(max_length=256, blank=True)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "city", "country"], name="public_market_once")]

    def __str__(self) -> str:
        return f"{self.city} ({self.source})"


class Scrape(models.Model):
    """One day of a market. It is imported in batches; `imported_at` is null until the last one is in.

    `skipped` counts the rows that could not be read, by reason.
    """

    market = models.ForeignKey(PublicMarket, on_delete=models.CASCADE, related_name="scrapes")
    day = models.DateField()
    imported_at = models.DateTimeField(null=True)
    listings = models.PositiveIntegerField(default=0)
    nights = models.PositiveIntegerField(default=0)
    skipped = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["market", "day"], name="scrape_once")]

    def __str__(self) -> str:
        return f"{self.market_id} on {self.day}"


class PublicListing(models.Model):
    """A listing of a public source. `host` is a hash of the host's id, so that no host outweighs the others."""

    market = models.ForeignKey(PublicMarket, on_delete=models.CASCADE, related_name="listings")
    channel = models.CharField(max_length=32, default="airbnb")
    public_id = models.CharField(max_length=32, help_text="The listing's id on its channel, all digits.")
    host = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=255, blank=True)
    neighborhood = models.CharField(max_length=256, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    room_type = models.CharField(max_length=256, blank=True)
    property_type = models.CharField(max_length=256, blank=True)
    bedrooms = models.IntegerField(null=True, blank=True)
    bathrooms = models.FloatField(null=True, blank=True)
    person_capacity = models.IntegerField(null=True, blank=True)
    price = models.BigIntegerField(null=True, blank=True, help_text="Price of a night, in minor units.")
    min_stay = models.IntegerField(null=True, blank=True)
    rating = models.FloatField(null=True, blank=True, help_text="From 0 to 5.")
    reviews_count = models.IntegerField(null=True, blank=True)
    reviews_per_month = models.FloatField(null=True, blank=True)
    first_seen_on = models.DateField()
    last_seen_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["market", "public_id"], name="public_listing_once")]
        indexes = [
            models.Index(fields=["market", "latitude"], name="public_listing_near"),
            models.Index(fields=["public_id"], name="public_listing_by_id"),
        ]

    def __str__(self) -> str:
        return f"Public listing {self.public_id}"


class PublicCalendar(models.Model):
    """What is known of the nights of a public listing, from `first_night` on, as packed arrays of equal length.

    `states` has one letter a night: `a` available, `b` booked, `x` blocked, `u` unavailable without a known reason,
    `?` unknown. `prices` (signed 64-bit little-endian integers, minor units, -1 for unknown), `min_stays` (16 bits, 0
    for unknown) and `booked_on` (16 bits: days from `first_night` to the scrape that first saw the night booked or
    blocked, plus 30,000; 0 for none) are read and written by markets/public_nights.py only.
    """

    listing = models.OneToOneField(PublicListing, on_delete=models.CASCADE, primary_key=True, related_name="calendar")
    first_night = models.DateField()
    states = models.TextField()
    prices = models.BinaryField()
    min_stays = models.BinaryField()
    booked_on = models.BinaryField()

    def __str__(self) -> str:
        return f"Calendar of public listing #{self.listing_id}"


class Compset(models.Model):
    """A set of homes that a listing, or a user's idea of a market, is compared with.

    Each live listing with coordinates has one `connected` set, which markets/services/connecting.py keeps. `custom`
    sets are made by requests. `application` repeats the application of the owner, as for listings.
    """

    class Kind(models.TextChoices):
        CONNECTED = "connected"
        CUSTOM = "custom"

    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="compsets")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, null=True, blank=True, related_name="compsets")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    title = models.CharField(max_length=255, null=True, blank=True)
    matched_public_id = models.CharField(
        max_length=32, null=True, blank=True, help_text="The public id of the listing itself, if it was recognised."
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(help_text="Time of the last change of the title or of the members.")
    refreshed_at = models.DateTimeField(
        null=True, blank=True, help_text="Time at which the members of a connected set were last chosen."
    )
    deleted_at = models.DateTimeField(null=True, blank=True)

    application_path, user_path = "application", "owner"

    class Meta:
        verbose_name = "comp set"
        constraints = [
            models.UniqueConstraint(
                fields=["listing"], condition=Q(kind="connected"), name="one_connected_compset_per_listing"
            )
        ]
        indexes = [
            models.Index(
                fields=["application", "-created_at", "-id"], condition=Q(deleted_at=None), name="compset_new"
            ),
            models.Index(fields=["owner", "-created_at", "-id"], condition=Q(deleted_at=None), name="compset_of_owner"),
            models.Index(fields=["application", "title", "id"], condition=Q(deleted_at=None), name="compset_by_title"),
        ]

    def __str__(self) -> str:
        return f"Comp set #{self.pk}"


class CompsetMember(models.Model):
    """A member: a public listing, or another listing of the set's owner. Never a listing of somebody else."""

    compset = models.ForeignKey(Compset, on_delete=models.CASCADE, related_name="members")
    public_listing = models.ForeignKey(
        PublicListing, on_delete=models.CASCADE, null=True, blank=True, related_name="compset_members"
    )
    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, null=True, blank=True, related_name="compset_members"
    )
    place = models.PositiveSmallIntegerField(help_text="From 0, the most comparable member.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compset", "public_listing"], name="public_member_once"),
            models.UniqueConstraint(fields=["compset", "listing"], name="own_member_once"),
            models.CheckConstraint(
                condition=Q(public_listing=None, listing__isnull=False) | Q(public_listing__isnull=False, listing=None),
                name="member_is_public_or_own",
            ),
        ]

    def __str__(self) -> str:
        return f"Member {self.place} of comp set #{self.compset_id}"


class InsightPlace(models.Model):
    """A city, or without `city` a whole country, whose market insights are added up daily, in one currency.

    City and country are written as in listings.services.places.
    """

    country = models.CharField(max_length=256, blank=True)
    city = models.CharField(max_length=256, blank=True)
    currency = models.CharField(max_length=3)
    refreshed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "country", "currency"], name="insight_place_once")]

    def __str__(self) -> str:
        return f"Insights of {self.city or 'all cities'}, {self.country} ({self.currency})"


class InsightYear(models.Model):
    """The figures of a year's dates in a part of a place: one size of listings, one neighborhood, both, or all.

    `bedrooms` -1 and an empty `cluster` stand for all. `days` is written and read by markets/insight_days.py only.
    """

    place = models.ForeignKey(InsightPlace, on_delete=models.CASCADE, related_name="years")
    bedrooms = models.SmallIntegerField()
    cluster = models.CharField(max_length=256, blank=True)
    year = models.SmallIntegerField()
    days = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "cluster", "bedrooms", "year"], name="insight_year_once")
        ]

    def __str__(self) -> str:
        return f"Insights of {self.year} in place #{self.place_id}"


class ExchangeRate(models.Model):
    """What one euro cost in another currency on a day."""

    day = models.DateField()
    currency = models.CharField(max_length=3)
    per_euro = models.DecimalField(max_digits=20, decimal_places=8)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["currency", "day"], name="exchange_rate_once")]

    def __str__(self) -> str:
        return f"{self.per_euro} {self.currency} on {self.day}"
