"""What is priced: listings, their presence on channels, their reservations and nights, and their markets."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from users.models import Account, User


class Market(models.Model):
    """A place whose listings compete. `statistics` is pricing.MarketStatistics as plain JSON."""

    city = models.CharField(max_length=256)
    country = models.CharField(max_length=256, blank=True)
    currency = models.CharField(max_length=3)
    active = models.BooleanField(default=False)
    statistics = models.JSONField(default=dict)
    refreshed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "country", "currency"], name="market_once_per_place")]

    def __str__(self) -> str:
        return f"{self.city} ({self.currency})"


class Listing(models.Model):
    """A rentable unit of a user. Prices here are whole units of `currency`; nights in minor units are elsewhere.

    `base_price` 0 means that none is known yet. `application` repeats the owner's, so that a token's page,
    count and order can all be answered by one index.
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
    units = models.PositiveIntegerField(default=1, help_text="Rooms of one kind that are sold as one listing.")

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
    activations = models.PositiveIntegerField(default=0, help_text="How often the listing has been enabled.")
    has_suggestions = models.BooleanField(
        default=False, help_text="Whether a recommendation may wait for an answer; spares each change a query."
    )
    in_active_market = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    last_successful_sync_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    application_path, user_path = "application", "owner"

    class Meta:
        # One index for each order a list can be asked in; `id` makes every order total.
        indexes = [
            models.Index(fields=[*scope, *order, "-id"], condition=Q(deleted_at=None), name=f"listing_{name}")
            for name, scope, order in [
                ("newest", ["application"], ["-created_at"]),
                ("newest_of_owner", ["owner"], ["-created_at"]),
                ("newest_enabled", ["application", "enabled"], ["-created_at"]),
            ]
        ] + [
            models.Index(fields=["application", field, "id"], condition=Q(deleted_at=None), name=f"listing_by_{field}")
            for field in ("title", "city", "base_price")
        ]

    def __str__(self) -> str:
        return f"Listing #{self.pk}"


class ChannelListing(models.Model):
    """A listing's presence on a channel, through an account. `removed_at`: gone from the channel."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="channel_listings")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="channel_listings")
    channel = models.CharField(max_length=32)
    channel_listing_id = models.CharField(max_length=255)
    price = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="The channel's own base price of a night, minor units of the listing's currency.",
    )
    min_stay = models.IntegerField(null=True, blank=True, help_text="The host's own rule at the channel, nights.")
    max_stay = models.IntegerField(null=True, blank=True, help_text="The host's own rule at the channel, nights.")
    last_successful_sync_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "channel_listing_id"], name="channel_listing_once")]

    def __str__(self) -> str:
        return f"{self.channel} listing {self.channel_listing_id}"


class Reservation(models.Model):
    """What pricing needs to know of a reservation, and nothing about the guest."""

    class Status(models.TextChoices):
        BOOKED = "booked"  # takes its nights and earns
        HELD = "held"  # takes its nights until it is decided
        OWNER = "owner"  # the owner's own stay: takes its nights, earns nothing
        CANCELLED = "cancelled"

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="reservations")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="reservations")
    channel_reservation_id = models.CharField(max_length=255)
    status = models.CharField(max_length=16, choices=Status.choices)
    check_in = models.DateField()
    check_out = models.DateField(help_text="The day of departure, which is not a night of the stay.")
    units = models.PositiveIntegerField(default=1)
    total = models.BigIntegerField(null=True, blank=True, help_text="Whole stay, minor units of `currency`.")
    currency = models.CharField(max_length=3, null=True, blank=True)
    source = models.CharField(max_length=64, blank=True, default="")
    booked_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "channel_reservation_id"], name="reservation_once")]
        indexes = [models.Index(fields=["listing", "check_out"], name="reservation_of_listing")]

    def __str__(self) -> str:
        return f"Reservation #{self.pk}"


class ChannelCalendar(models.Model):
    """The nights of a listing as its channel last told them: one row a listing, replaced whole by each sync.

    `availability` holds a letter a night from `first_night` on: `a` available, `b` booked, `x` blocked.
    """

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, related_name="channel_calendar")
    first_night = models.DateField()
    availability = models.TextField()

    def __str__(self) -> str:
        return f"Calendar of listing #{self.listing_id}"


class PricingRules(models.Model):
    """A listing's customizations, each as the JSON of its attributes (contract, *Customizations*)."""

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, related_name="pricing_rules")
    min_max_prices = models.JSONField(default=dict)
    min_stays = models.JSONField(default=dict)
    max_stays = models.JSONField(default=dict)
    time_based_adjustments = models.JSONField(default=dict)
    checkin_checkout_days = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"Rules of listing #{self.listing_id}"


class PostedNights(models.Model):
    """What a channel confirmed last about the nights of a listing; listings/posted_nights.py reads and writes `nights`.

    The prices count only while `activation` equals the listing's `activations`: while a listing is disabled, its host
    may set any price at the channel.
    """

    channel_listing = models.OneToOneField(ChannelListing, on_delete=models.CASCADE, related_name="posted_nights")
    nights = models.JSONField(default=dict)
    activation = models.PositiveIntegerField(default=0)
    pushed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Posted nights of channel listing #{self.channel_listing_id}"


class Recommendation(models.Model):
    """Something the user could do to earn more, with the numbers it rests on.

    Prices are whole units of the listing's currency; `initial_…` were in force when it was written.
    `recommendations` is the text, under the contract's name for it.
    """

    class Category(models.TextChoices):
        MIN_PRICE = "min_price"
        SEASONAL_MIN_PRICE = "seasonal_min_price"
        BASE_PRICE = "base_price"
        STRATEGY = "strategy"
        ENABLE_LISTING = "enable_listing"
        GAP_FILL = "gap_fill"

    class Status(models.TextChoices):
        """`suggestion_completed` and `canceled` are the contract's; this server has no use for them."""

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
        null=True, blank=True, help_text="Percent to add to the minimum price in the season."
    )
    suggested_tier = models.CharField(
        max_length=32, null=True, blank=True, help_text="Of a `strategy`; the API has it in the text only."
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
    """Changes of how many listings an application has: their sum is the exact count, whatever its size.

    By day of creation (UTC), so that a page in the middle of a long list is found without passing over all before it.

    Database triggers (migration `count_listings`) add a row with every statement that changes the number, so that no
    code path can forget to; nothing is ever updated in place, so that writers never wait for each other. A daily job
    sums old rows up.
    """

    # No constraint: where an application and its listings go together, the triggers still write of it.
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
