"""Records the events about listings (contract, *Events and webhooks*; docs/webhooks.md says when each comes).

Call these functions in the transaction of what they tell. The listings need their present values.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listings.models import ChannelListing, Listing
from listings.selectors import live
from users.models import Account
from webhooks.documents import body, timestamp
from webhooks.models import Event, EventType
from webhooks.outbox import record


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A base price that has changed. `old_price` is in whole units of `old_currency`, and 0 if there was none."""

    listing: Listing
    old_price: int
    old_currency: str | None


@dataclass(frozen=True, slots=True)
class Author:
    """Who changed a price. `credential_id` is None for this server, and for an app-level token."""

    source: str
    credential_id: int | None = None


SYSTEM = Author("system")
USER = Author("user")


def author(credential_id: int | None) -> Author:
    """The author of a change that a token made; the token may be bound to a credential."""
    return Author("user", credential_id)


def record_base_prices(changes: Sequence[PriceChange], *, by: Author, now: datetime) -> None:
    """The first base price of a listing is told by `listing.created`; every other one is a change of price."""
    first = [change.listing for change in changes if not change.old_price]
    others = [change for change in changes if change.old_price]
    shown = _channel_listings([change.listing.pk for change in changes])
    changed_by = None if by.credential_id is None else str(by.credential_id)
    record(
        [_created(listing, shown[listing.pk], now) for listing in first]
        + [
            _event(
                EventType.LISTING_BASE_PRICE_CHANGED,
                change.listing,
                shown[change.listing.pk],
                now,
                {
                    "new-base-price": change.listing.base_price,
                    "old-base-price": change.old_price,
                    "new-currency": change.listing.currency,
                    "old-currency": change.old_currency,
                    "changed-at": timestamp(now),
                    "channel-listings": _named(shown[change.listing.pk]),
                    "enabled": change.listing.enabled,
                    "change-source": by.source,
                    "changed-by": changed_by,
                },
            )
            for change in others
        ],
        now=now,
    )


def record_created_without_price(listing_ids: Collection[int], *, now: datetime) -> None:
    """Tell of the new listings among these that have no base price. Call it before their first sync is stored."""
    new = Listing.objects.filter(pk__in=listing_ids, last_successful_sync_at=None, base_price=0).order_by("pk")
    listings = list(new)
    shown = _channel_listings([listing.pk for listing in listings])
    record([_created(listing, shown[listing.pk], now) for listing in listings], now=now)


def record_not_created(account: Account, reasons: Mapping[str, str], *, now: datetime) -> None:
    """Tell of listings that the account's first sync could not read, by the channel's id, with the reason of each."""
    record(
        [
            Event(
                application_id=account.user.application_id,
                user_id=account.user_id,
                account=account,
                type=EventType.LISTING_CREATED,
                body=body(
                    {
                        "status": "failed",
                        "created-at": None,
                        "title": None,
                        "currency": None,
                        "base-price": None,
                        "channel-listings": [{"channel": account.channel, "channel-id": channel_id}],
                        "error": reason,
                    },
                    {"user": ("users", account.user_id), "account": ("accounts", account.pk)},
                ),
                occurred_at=now,
            )
            for channel_id, reason in sorted(reasons.items())
            if channel_id
        ],
        now=now,
    )


def record_refreshed(shown: Sequence[ChannelListing], *, error: str | None, now: datetime) -> None:
    """Tell that these channel listings were read again, or why not. They need `listing` and `account`."""
    record(
        [
            _event(
                EventType.LISTING_REFRESHED,
                each.listing,
                [each],
                now,
                {
                    "status": "succeeded" if error is None else "failed",
                    "completed-at": timestamp(now),
                    "channel": each.channel,
                    "channel-listing-id": each.channel_listing_id,
                    "error": error,
                },
            )
            for each in shown
        ],
        now=now,
    )


def record_market_activity(listings: Sequence[Listing], *, now: datetime) -> None:
    """Tell that these listings have entered or left an active market. New ones are told first by `listing.created`."""
    told = [each for each in listings if each.last_successful_sync_at or each.base_price_updated_at]
    shown = _channel_listings([listing.pk for listing in told])
    record(
        [
            _event(
                EventType.LISTING_IN_ACTIVE_MARKET_CHANGED,
                listing,
                shown[listing.pk],
                now,
                {
                    "in-active-market": listing.in_active_market,
                    "changed-at": timestamp(now),
                    "title": listing.title,
                    "channel-listings": _named(shown[listing.pk]),
                },
            )
            for listing in told
        ],
        now=now,
    )


def _created(listing: Listing, shown: Sequence[ChannelListing], now: datetime) -> Event:
    return _event(
        EventType.LISTING_CREATED,
        listing,
        shown,
        now,
        {
            "status": "succeeded",
            "created-at": timestamp(listing.created_at),
            "title": listing.title,
            "currency": listing.currency,
            "base-price": listing.base_price or None,
            "channel-listings": _named(shown),
            "error": None,
        },
    )


def _event(
    kind: EventType, listing: Listing, shown: Sequence[ChannelListing], now: datetime, attributes: Mapping[str, Any]
) -> Event:
    account_id = shown[0].account_id if shown else None
    return Event(
        application_id=listing.application_id,
        user_id=listing.owner_id,
        account_id=account_id,
        listing_id=listing.pk,
        type=kind,
        body=body(
            attributes,
            {
                "listing": ("listings", listing.pk),
                "user": ("users", listing.owner_id),
                "account": ("accounts", account_id),
            },
        ),
        occurred_at=now,
    )


def _channel_listings(listing_ids: Collection[int]) -> Mapping[int, list[ChannelListing]]:
    found: dict[int, list[ChannelListing]] = defaultdict(list)
    if listing_ids:
        for shown in live(ChannelListing.objects.filter(listing__in=listing_ids)).order_by("pk"):
            found[shown.listing_id].append(shown)
    return found


def _named(shown: Sequence[ChannelListing]) -> list[dict[str, str]]:
    return [{"channel": each.channel, "channel-id": each.channel_listing_id} for each in shown]
