"""Ads: the world's listings together with Spotahome's own members, read and written at one instant."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson

from sandbox.spotahome.landlords import LANDLORDS, Landlord, landlord_of_listing, property_of, units_of
from sandbox.spotahome.problems import Problem
from sandbox.state import Sandbox
from sandbox.store import Document
from sandbox.world.listings import LISTING, Listing

CHANGE = "spotahome change"
"""Kind of the documents that hold the changelog."""
EVENTS = "SAH\\RealEstate\\Domain\\Ad\\"
"""Namespace of `change_type`."""


@dataclass(frozen=True, slots=True)
class Ad:
    listing: Listing
    kept: dict[str, Any]
    """Members that clients wrote and that `Listing` does not have, by their names on the wire."""

    @property
    def id(self) -> int:
        return self.listing.id

    @property
    def property_id(self) -> int:
        return property_of(self.listing.id)

    @property
    def is_published(self) -> bool:
        return self.listing.archived_at is None


class Ads:
    """The ads that one caller can see at the instant of a request; without a landlord, the ads of all landlords."""

    def __init__(self, sandbox: Sandbox, landlord: Landlord | None, *, requester: str) -> None:
        self.world = sandbox.world
        self.store = sandbox.store
        self.at = sandbox.clock.now()
        self.landlord = landlord
        self._requester = requester

    @property
    def today(self) -> date:
        return datetime.fromtimestamp(self.at, UTC).date()

    def all(self) -> list[Ad]:
        """The caller's ads by id, including the unpublished ones."""
        assert self.landlord is not None  # noqa: S101
        written = {
            int(document.id): document for document in self.store.latest(LISTING, self.landlord.portfolio, at=self.at)
        }
        return [
            _ad(listing, written.get(listing.id))
            for listing in self.world.listings(self.landlord.portfolio, at=self.at)
        ]

    def ad(self, listing_id: int) -> Ad:
        """One ad. Raises Problem 404 if it is unknown, and 403 if it is another landlord's."""
        listing = self.world.listing(listing_id, at=self.at) if landlord_of_listing(listing_id) else None
        if listing is None:
            raise Problem(404)
        if self.landlord is not None and listing.portfolio != self.landlord.portfolio:
            raise Problem(403)
        return _ad(listing, self.store.get(LISTING, listing_id, at=self.at))

    def property(self, property_id: int) -> list[Ad]:
        """The units of a property, at least one. Raises Problem as `ad` does."""
        units = units_of(property_id)
        if not units:
            raise Problem(404)
        first = self.ad(property_id)
        others = (self.world.listing(unit, at=self.at) for unit in units[1:])
        return [first, *(self.ad(other.id) for other in others if other is not None)]

    def property_if_any(self, property_id: str) -> list[Ad]:
        """The units of a property; none if `property` would raise. For operations without a documented 404."""
        try:
            return self.property(int(property_id))
        except (Problem, ValueError):
            return []

    def keep(self, ad: Ad, change_type: str, kept: dict[str, Any], **members: Any) -> Ad:
        """Write Spotahome's own members and members of the world's listing, with an entry in the changelog."""
        document = self.store.get(LISTING, ad.id, at=self.at)
        written = {} if document is None or document.body is None else document.body["listing"]
        together = ad.kept | kept
        listing = self.world.put_listing(ad.id, ad.listing.portfolio, written | members, together, at=self.at)
        assert listing is not None  # noqa: S101
        self.log(ad, change_type, {name: ad.kept.get(name) for name in kept}, kept)
        return Ad(listing, together)

    def log(self, ad: Ad, change_type: str, before: object, after: object) -> None:
        """Add an entry to the changelog. `before` and `after` are JSON documents."""
        entry = {
            "changed_by": self._requester or LANDLORDS[ad.listing.portfolio].email,
            "occurred_on": instant(self.at),
            "change_type": EVENTS + change_type,
            "before": orjson.dumps(before).decode(),
            "after": orjson.dumps(after).decode(),
        }
        self.store.put(CHANGE, uuid.uuid4().hex, entry, at=self.at, portfolio=ad.listing.portfolio, listing=ad.id)

    def changes(self, ad: Ad) -> list[dict[str, Any]]:
        """The changelog, oldest first."""
        documents = self.store.of_listing(ad.id, after=-1, until=self.at)
        return [document.body for document in documents if document.kind == CHANGE and document.body is not None]


def instant(at: int) -> str:
    """An instant in Spotahome's form: 2016-09-14T17:54:39+00:00."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def _ad(listing: Listing, document: Document | None) -> Ad:
    return Ad(listing, {} if document is None or document.body is None else document.body["kept"])
