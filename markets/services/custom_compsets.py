"""Creates and deletes `custom` comp sets, whose members the caller names."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from audit.actions import Action
from audit.services import Resource, created, record
from jsonapi.refusals import Conflict, Refusal
from listings.models import Listing
from markets.models import Compset, CompsetMember, PublicListing
from users.models import User
from users.services.locking import lock_in_order

MOST_MEMBERS = 50
MOST_SETS = 100  # of one user


class UnknownPublicListings(Refusal):
    """No imported market has some of the ids."""

    pointer = "/data/attributes/channel-listing-ids"


class TooManySets(Refusal):
    """The user has as many custom comp sets as one may have."""


class NotCustom(Conflict):
    """The server keeps `connected` comp sets itself."""


@transaction.atomic
def create_custom(
    *,
    owner: User,
    listing: Listing | None,
    title: str,
    channel: str,
    channel_listing_ids: Sequence[str],
    now: datetime,
) -> Compset:
    """Create a set with these public listings as members, in this order. An id that is given twice counts once.

    `listing`, if any, is the owner's. An id that several markets have means the listing that was seen last.

    Raises UnknownPublicListings, which names the ids, and TooManySets. Then nothing is created.
    """
    lock_in_order(User.objects.filter(pk=owner.pk))
    if Compset.objects.filter(owner=owner, kind=Compset.Kind.CUSTOM, deleted_at=None).count() >= MOST_SETS:
        raise TooManySets(f"A user has at most {MOST_SETS} custom comp sets. Delete one first.")
    wanted = list(dict.fromkeys(channel_listing_ids))
    rows = PublicListing.objects.filter(channel=channel, public_id__in=wanted).order_by("last_seen_on", "-pk")
    known = dict(rows.values_list("public_id", "pk"))
    if unknown := [public_id for public_id in wanted if public_id not in known]:
        raise UnknownPublicListings(
            f"No imported market has these listings of {channel}: {', '.join(unknown)}.",
            meta={"unknown-ids": unknown},
        )
    compset = Compset.objects.create(
        application_id=owner.application_id,
        owner=owner,
        listing=listing,
        kind=Compset.Kind.CUSTOM,
        title=title,
        created_at=now,
        updated_at=now,
    )
    CompsetMember.objects.bulk_create(
        CompsetMember(compset=compset, public_listing_id=known[public_id], place=place)
        for place, public_id in enumerate(wanted)
    )
    shown = created(title=title, channel=channel, channel_listing_ids=wanted, listing_id=compset.listing_id)
    record(Action.COMPSET_CREATED, _audited(compset), shown, now=now)
    return compset


@transaction.atomic
def delete_custom(compset: Compset, *, now: datetime) -> None:
    """Delete the set and its memberships. Raises NotCustom for a connected set."""
    if compset.kind != Compset.Kind.CUSTOM:
        raise NotCustom(f"Comp set {compset.pk} is connected to its listing, and is made by the server.")
    record(Action.COMPSET_DELETED, _audited(compset), {"title": [compset.title, None]}, now=now)
    compset.delete()


def _audited(compset: Compset) -> Resource:
    return Resource("compsets", compset.pk, compset.application_id, compset.owner_id)
