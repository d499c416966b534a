"""Listings and the rows that their prices depend on: channel listings, reservations, calendars, markets, rules."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from users.models import Account, User


class Market(models.Model):
    """A place whose listings compete, as one reader sees it. `statistics` is a pricing.MarketStatistics as JSON, with
    `rent_level` (pricing.rent_level).

    Each place has a row for anybody. A further row exists for an application, or for an owner, whose own listings are
    such a large part of the market that its estimate differs (docs/pricing.md). A place without a city is a whole
    country, and has no listings. Rows that are no longer needed stay, with `refreshed_at` None.
    """

    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    owner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    city = models.CharField(max_length=256)
    country = models.CharField(max_length=256, blank=True)
    currency = models.CharField(max_length=3)
    active = models.BooleanField(default=False)
    statistics = models.JSONField(default=dict)
    refreshed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "country", "currency"],
                condition=models.Q(application=None, owner=None),
                name="market_once_per_place",
            ),
            models.UniqueConstraint(
                fields=["application", "city", "country", "currency"],
                condition=models.Q(owner=None),
                name="market_once_per_application",
            ),
            models.UniqueConstraint(fields=["owner", "city", "country", "currency"], name="market_once_per_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.city} ({self.currency})"


class Listing(models.Model):
    """A rentable unit of a user. The prices of this model are whole units of `currency`.

    `base_price` is 0 while no base price is known. `application` repeats the application of the owner, so that one
    index can serve the filter, order and count of a token's page.
    """

    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="listings")
    market = models.ForeignKey(Market, on_delete=models.SET_NULL, null=True, blank=True, related_name="listings")

    title = models.CharField(max_length=255)
    image = models.CharField(max_length=1024, null=True, blank=True)
    neighborhood = models.CharField(max_length=256, null=True, blank=True)
    city = models.CharField(max_length=256, null=True, blank=True)
    state = models.CharField(max_length=256, null=True, blank=True)
    country = models.CharField(max_length=256, null=True, blank=True)
    address = models.CharField(max_length=1024, null=True, blank=True)
    room_type = models.CharField(max_length=256, null=True, blank=True)
    bedrooms = models.IntegerField(null=True, blank=True)
    bathrooms = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    person_capacity = models.IntegerField(null=True, blank=True)
    latitude = models.DecimalField(max_digits=12, decimal_places=8, null=True, blank=True)
    longitude = models.DecimalField(max_digits=12, decimal_places=8, null=True, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, null=True, blank=True)
    units = models.PositiveIntegerField(default=1, help_text="Number of equal rooms that are sold as one listing.")
    by_the_month = models.BooleanField(
        null=True,
        blank=True,
        help_text="Whether it is let by the month: its channel sells months, or its host takes no shorter stays.",
    )

    base_price = models.IntegerField(default=0)
    base_price_is_automatic = models.BooleanField(default=True)
    base_price_updated_at = models.DateTimeField(null=True, blank=True)
    min_price = models.IntegerField(null=True, blank=True)
    min_price_updated_at = models.DateTimeField(null=True, blank=True)
    max_price = models.IntegerField(null=True, blank=True)
    min_stay = models.IntegerField(null=True, blank=True)
    extra_guest_fee = models.IntegerField(null=True, blank=True)
    extra_guest_threshold = models.IntegerField(null=True, blank=True)

    enabled = models.BooleanField(default=False, help_text="Prices are pushed to the channel.")
    activations = models.PositiveIntegerField(default=0, help_text="Number of times that the listing was enabled.")
    has_suggestions = models.BooleanField(
        default=False,
        help_text="Whether the listing may have open recommendations. A change needs no query while it has none.",
    )
    in_active_market = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Time of the last change of what the API shows, except the state of syncs. Triggers write it.",
    )
    last_successful_sync_at = models.DateTimeField(null=True, blank=True)
    occupancy_unknown_since = models.DateTimeField(
        null=True, blank=True, help_text="Set while a booking may be for the listing that does not tell its nights."
    )
    push_error = models.TextField(
        null=True, blank=True, help_text="Why a channel did not take the prices or stay rules last time, for people."
    )
    deleted_at = models.DateTimeField(null=True, blank=True)

    version_column = "updated_at"
    application_path, user_path = "application", "owner"

    class Meta:
        # One index for each order of a list. `id` makes each order unambiguous.
        indexes = (
            [
                models.Index(fields=[*scope, *order, "-id"], condition=Q(deleted_at=None), name=f"listing_{name}")
                for name, scope, order in [
                    ("newest", ["application"], ["-created_at"]),
                    ("newest_of_owner", ["owner"], ["-created_at"]),
                    ("newest_enabled", ["application", "enabled"], ["-created_at"]),
                ]
            ]
            + [
                models.Index(
                    fields=["application", field, "id"], condition=Q(deleted_at=None), name=f"listing_by_{field}"
                )
                for field in ("title", "city", "base_price", "updated_at")
            ]
            + [
                models.Index(
                    fields=["owner", "updated_at", "id"], condition=Q(deleted_at=None), name="listing_updated_of_owner"
                )
            ]
        )

    class JSONAPIMeta:
        resource_name = "listings"

    def __str__(self) -> str:
        return f"Listing #{self.pk}"


class ChannelListing(models.Model):
    """A listing on a channel, found through an account. `removed_at` is set when the channel no longer has it."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="channel_listings")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="channel_listings")
    channel = models.CharField(max_length=32)
    channel_listing_id = models.CharField(max_length=255)
    group = models.CharField(
        max_length=255,
        null=True,
        blank=True,
        help_text="Id of the house or property at the channel, if bookings there may name only that.",
    )
    price = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="Base price of a night at the channel, in minor units of the listing's currency.",
    )
    own_price = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="The host's own price: the same, as it was before the listing was first enabled and prices pushed.",
    )
    min_stay = models.IntegerField(null=True, blank=True, help_text="Minimum stay that the host set there, in nights.")
    max_stay = models.IntegerField(null=True, blank=True, help_text="Maximum stay that the host set there, in nights.")
    last_successful_sync_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    # Null unless the last attempt to sync it failed (listings/services/failing.py).
    failures = models.PositiveIntegerField(null=True, blank=True, help_text="Number of failed attempts in a row.")
    failed_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(null=True, blank=True, help_text="Why the last attempt failed, for people.")
    retry_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "channel_listing_id"], name="channel_listing_once")]
        indexes = [models.Index(fields=["retry_at"], condition=~Q(retry_at=None), name="channel_listing_to_retry")]

    def __str__(self) -> str:
        return f"{self.channel} listing {self.channel_listing_id}"


class Reservation(models.Model):
    """The facts about a reservation that pricing needs. Nothing about the guest is stored."""

    class Status(models.TextChoices):
        BOOKED = "booked"  # takes its nights and earns money
        HELD = "held"  # takes its nights until it is confirmed or cancelled
        OWNER = "owner"  # a stay of the owner: takes its nights and earns no money
        CANCELLED = "cancelled"

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="reservations")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="reservations")
    channel_reservation_id = models.CharField(max_length=255)
    status = models.CharField(max_length=16, choices=Status.choices)
    check_in = models.DateField()
    check_out = models.DateField(help_text="Day of departure. It is not a night of the stay.")
    units = models.PositiveIntegerField(default=1)
    total = models.BigIntegerField(
        null=True, blank=True, help_text="Price of the whole stay, in minor units of `currency`."
    )
    currency = models.CharField(max_length=3, null=True, blank=True)
    source = models.CharField(max_length=64, blank=True, default="")
    booked_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "channel_reservation_id"], name="reservation_once")]
        indexes = [models.Index(fields=["listing", "check_out"], name="reservation_of_listing")]

    def __str__(self) -> str:
        return f"Reservation #{self.pk}"


class UnplacedBooking(models.Model):
    """A booking that takes nights, but does not tell which, or not in which listing of `group` (ChannelListing)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="unplaced_bookings")
    channel_reservation_id = models.CharField(max_length=255)
    group = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "channel_reservation_id"], name="unplaced_booking_once")
        ]

    def __str__(self) -> str:
        return f"Unplaced booking #{self.pk}"


class ChannelCalendar(models.Model):
    """The calendar that a listing's channel returned last: one row per listing.

    Each sync replaces the coming nights. Past ones stay as they were read last, for two years.
    `availability` holds one letter per night from `first_night` on: `a` available, `b` booked, `x` blocked.
    """

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, related_name="channel_calendar")
    first_night = models.DateField()
    availability = models.TextField()

    def __str__(self) -> str:
        return f"Calendar of listing #{self.listing_id}"


class PricingRules(models.Model):
    """The customizations of a listing, each as a JSON object of its attributes (contract, *Customizations*)."""

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, related_name="pricing_rules")
    min_max_prices = models.JSONField(default=dict)
    min_stays = models.JSONField(default=dict)
    max_stays = models.JSONField(default=dict)
    time_based_adjustments = models.JSONField(default=dict)
    checkin_checkout_days = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"Rules of listing #{self.listing_id}"


class PostedNights(models.Model):
    """The values of nights that a channel confirmed last. listings/posted_nights.py defines the format of `nights`.

    The prices are valid only while `activation` equals the listing's `activations`: while a listing is disabled, its
    host may set any price at the channel.
    """

    channel_listing = models.OneToOneField(ChannelListing, on_delete=models.CASCADE, related_name="posted_nights")
    nights = models.JSONField(default=dict)
    activation = models.PositiveIntegerField(default=0)
    pushed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Posted nights of channel listing #{self.channel_listing_id}"


class Recommendation(models.Model):
    """A suggestion to the user for earning more, with the numbers behind it.

    Prices are whole units of the listing's currency; `initial_…` are the prices when the suggestion was written.
    `recommendations` is the text; the contract chose its name.
    """

    class Category(models.TextChoices):
        MIN_PRICE = "min_price"
        SEASONAL_MIN_PRICE = "seasonal_min_price"
        BASE_PRICE = "base_price"
        STRATEGY = "strategy"
        ENABLE_LISTING = "enable_listing"
        GAP_FILL = "gap_fill"
        MIN_STAY = "min_stay"  # not in the contract: the API shows no category

    class Status(models.TextChoices):
        SUGGESTED = "suggested"
        SUGGESTION_COMPLETED = "suggestion_completed"
        APPROVED = "approved"
        REJECTED = "rejected"
        EXPIRED = "expired"
        CANCELED = "canceled"
        OUTDATED = "outdated"

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="recommendations")
    category = models.CharField(max_length=32, choices=Category.choices)
    status = models.CharField(max_length=32, choices=Status.choices, default=Status.SUGGESTED)
    suggested_base_price = models.IntegerField(null=True, blank=True)
    suggested_min_price = models.IntegerField(null=True, blank=True)
    suggested_seasonal_min_price_pct = models.FloatField(
        null=True, blank=True, help_text="Percentage to add to the minimum price in the season."
    )
    suggested_tier = models.CharField(
        max_length=32, null=True, blank=True, help_text="Tier of a `strategy`. The API shows it only in the text."
    )
    suggested_min_stay = models.IntegerField(null=True, blank=True, help_text="Nights.")
    expected_gain = models.IntegerField(
        null=True, blank=True, help_text="What the change is expected to bring. Null: not known."
    )
    initial_base_price = models.IntegerField(null=True, blank=True)
    initial_min_price = models.IntegerField(null=True, blank=True)
    recommendations = models.TextField()
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)
    expired_at = models.DateTimeField(null=True, blank=True)

    application_path, user_path = "listing__application", "listing__owner"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "category"],
                condition=Q(status="suggested"),
                name="one_suggestion_per_listing_and_category",
            )
        ]
        indexes = [
            models.Index(fields=["listing", "-created_at", "-id"], name="recommendation_newest"),
        ]

    def __str__(self) -> str:
        return f"Recommendation #{self.pk}"


class ListingTally(models.Model):
    """One change of the number of an application's listings. The sum of all changes is the exact number.

    The rows are grouped by the listings' day of creation (UTC), so that a page in the middle of a long list can be
    found without reading all listings before it.

    Database triggers (migration 0001) insert a row for every statement that changes the number, so that no code path
    can forget it. Rows are never updated, so that writers never wait for each other. A daily job replaces old rows by
    their sums.
    """

    # No constraint: when an application is deleted with its listings, the triggers insert rows for it afterwards.
    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    enabled = models.BooleanField()
    day = models.DateField()
    change = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["application", "enabled", "day", "change"], name="tally_of_application")]

    def __str__(self) -> str:
        return f"{self.change:+} of application #{self.application_id}"
