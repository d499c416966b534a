"""The nights that a channel has confirmed: reads them before a push and writes them after it."""

from collections.abc import Mapping
from datetime import date, datetime

from listings.models import ChannelListing, PostedNights
from listings.posted_nights import PostedNight, read_posted, write_posted


def posted_nights_of(channel_listing: ChannelListing, activation: int) -> dict[date, PostedNight]:
    """The values that the channel confirmed last, by night. Prices from another activation are left out.

    Stay rules from an earlier activation stay in, because a rule that was cleared since then has to be cleared at the
    channel, too. Makes no query if the row was selected with `select_related("posted_nights")`.
    """
    row: PostedNights | None = getattr(channel_listing, "posted_nights", None)
    if row is None:
        return {}
    posted = read_posted(row.nights)
    if row.activation == activation:
        return posted
    return {night: each.without_price() for night, each in posted.items()}


def record_posted(
    channel_listing: ChannelListing,
    confirmed: Mapping[date, PostedNight],
    *,
    activation: int,
    first: date,
    now: datetime,
) -> None:
    """Store the confirmed nights, and delete the stored nights before `first`, which are over.

    Call it in a transaction that has locked the listing. `activation` is the value of the listing's `activations` when
    the prices were computed.
    """
    row, _ = PostedNights.objects.get_or_create(channel_listing=channel_listing, defaults={"pushed_at": now})
    channel_listing.posted_nights = row
    kept = {night: each for night, each in posted_nights_of(channel_listing, activation).items() if night >= first}
    row.nights = write_posted({**kept, **confirmed})
    row.activation = activation
    row.pushed_at = now
    row.save()
