"""The nights that a channel has confirmed: the one place that reads them for a push, and writes them after it."""

from collections.abc import Mapping
from datetime import date, datetime

from listings.models import ChannelListing, PostedNights
from listings.posted_nights import PostedNight, read_posted, write_posted


def posted_nights_of(channel_listing: ChannelListing, activation: int) -> dict[date, PostedNight]:
    """What the channel confirmed last, without the prices of another activation of the listing.

    The stay rules of an earlier activation still count: one that was cleared meanwhile has to be taken back. No query
    when the row came with `select_related("posted_nights")`.
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
    """Adds the confirmed nights and forgets those before `first`, which are over.

    Call it in a transaction that has locked the listing. `activation` is the listing's, when the prices were computed.
    """
    row, _ = PostedNights.objects.get_or_create(channel_listing=channel_listing, defaults={"pushed_at": now})
    channel_listing.posted_nights = row
    kept = {night: each for night, each in posted_nights_of(channel_listing, activation).items() if night >= first}
    row.nights = write_posted({**kept, **confirmed})
    row.activation = activation
    row.pushed_at = now
    row.save()
