"""Listings that leave the service, with their user or with the account that showed them."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from listings.models import ChannelListing, Listing
from listings.selectors import live
from users.models import Account, User
from users.services.locking import lock_in_order


def delete_listings_of(user: User, now: datetime) -> None:
    """Soft delete: they are priced and pushed no more. In the caller's transaction."""
    listings = Listing.objects.filter(owner=user)
    lock_in_order(listings)
    listings.update(enabled=False, deleted_at=now)


def lock_listings_of(account: Account) -> None:
    """Locks the listings that the account shows, until the caller's transaction ends."""
    lock_in_order(Listing.objects.filter(pk__in=_shown_by(account)))


def disable_unshown(account: Account) -> None:
    """Disables the account's listings that no live account shows. In the caller's transaction."""
    shown = live(ChannelListing.objects.filter(listing__owner=account.user_id)).values("listing")
    Listing.objects.filter(pk__in=_shown_by(account)).exclude(pk__in=shown).update(enabled=False)


def _shown_by(account: Account) -> QuerySet[ChannelListing, Any]:
    return ChannelListing.objects.filter(account=account).values("listing")
