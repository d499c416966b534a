"""Removes listings from the service when their user, or the account that shows them, is deleted."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from audit.actions import Action
from audit.services import record_all
from listings.audited import audited_listing
from listings.models import ChannelListing, Listing
from listings.selectors import live
from listings.services.recommendations import cancel
from users.models import Account, User
from users.services.locking import lock_in_order


def delete_listings_of(user: User, now: datetime) -> None:
    """Delete the user's listings softly: they are no longer priced or pushed. Call it inside a transaction."""
    listings = Listing.objects.filter(owner=user)
    lock_in_order(listings)
    listings.update(enabled=False, deleted_at=now)
    cancel(listings, now)


def lock_listings_of(account: Account) -> None:
    """Lock the listings that the account shows until the caller's transaction ends."""
    lock_in_order(Listing.objects.filter(pk__in=_shown_by(account)))


def disable_unshown(account: Account, now: datetime) -> None:
    """Disable the account's listings that no live account shows, and close their suggestions.

    Call it in the transaction that has locked them.
    """
    shown = live(ChannelListing.objects.filter(listing__owner=account.user_id)).values("listing")
    unshown = Listing.objects.filter(pk__in=_shown_by(account)).exclude(pk__in=shown)
    cancel(unshown, now)
    disabled = list(unshown.filter(enabled=True).only("pk", "application_id", "owner_id").order_by("pk"))
    Listing.objects.filter(pk__in=[listing.pk for listing in disabled]).update(enabled=False)
    changes = {"enabled": [True, False]}
    record_all(Action.LISTING_DEACTIVATED, [(audited_listing(listing), changes) for listing in disabled], now=now)


def _shown_by(account: Account) -> QuerySet[ChannelListing, Any]:
    return ChannelListing.objects.filter(account=account).values("listing")
