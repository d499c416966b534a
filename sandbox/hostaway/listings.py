"""`/listings` and `/listingUnits`."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.hostaway.account import Account, Accounts
from sandbox.hostaway.arguments import day, flag, json_object, text, whole
from sandbox.hostaway.dictionaries import PROPERTY_TYPES
from sandbox.hostaway.envelope import Fail, page, success
from sandbox.hostaway.listing_object import listing_object, read_listing, supplementary_lists, unit_id
from sandbox.hostaway.paging import read_page
from sandbox.store import Document
from sandbox.world.days import day_of
from sandbox.world.listings import LISTING, Listing

REQUIRED_TO_CREATE = ("name", "address", "price", "currencyCode", "guestsIncluded", "priceForExtraPerson")
LONGEST_SEARCH = 366
"""Nights."""
SORTS: dict[str, Callable[[Listing, int], tuple[Any, int]]] = {
    "name": lambda listing, changed_at: (listing.name, listing.id),
    "order": lambda listing, changed_at: (listing.id, 0),
    "contactName": lambda listing, changed_at: (listing.portfolio, listing.id),
    "latestActivity": lambda listing, changed_at: (changed_at, listing.id),
}
"""One manager has one contact, so that sorting by it is sorting by id."""


class Listings:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1/listings", self.list, methods=["GET"]),
            Route("/v1/listings", self.create, methods=["POST"]),
            Route("/v1/listings/{listing_id:id}", self.retrieve, methods=["GET"]),
            Route("/v1/listings/{listing_id:id}", self.update, methods=["PUT"]),
            Route("/v1/listings/{listing_id:id}", self.delete, methods=["DELETE"]),
            Route("/v1/listings/{listing_id:id}/images", self.add_images, methods=["POST"]),
            Route("/v1/listingUnits/{listing_id:id}", self.units, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        account, query = self._accounts.of(request), request.query_params
        documents = _documents(account)
        found = [
            listing
            for listing in account.sandbox.world.listings(account.id, at=account.now)
            if _matches(listing, _changed_at(listing, documents), account.portfolio.contact, query)
        ]
        found = _available(account, found, query)
        key, reverse = _sort(text(query, "sortOrder"))
        found.sort(key=lambda listing: key(listing, _changed_at(listing, documents)), reverse=reverse)
        limit, offset = read_page(query)
        resources = bool(flag(query, "includeResources"))
        rendered = [
            _render(account, listing, documents.get(listing.id), resources=resources)
            for listing in found[offset : offset + limit]
        ]
        return page(rendered, count=len(found), limit=limit, offset=offset)

    async def retrieve(self, request: Request) -> Response:
        account = self._accounts.of(request)
        listing = account.listing(request.path_params["listing_id"])
        return success(_answer(account, listing, resources=bool(flag(request.query_params, "includeResources"))))

    async def create(self, request: Request) -> Response:
        account, body = self._accounts.of(request), await json_object(request)
        missing = [name for name in REQUIRED_TO_CREATE if body.get(name) is None]
        if missing:
            raise Fail(400, f"Missing: {', '.join(missing)}.")
        members, kept = read_listing(body)
        _check(members, {})
        listing_id = account.sandbox.world.new_listing_id(account.id)
        return success(_write(account, listing_id, members | {"created_at": account.now}, kept))

    async def update(self, request: Request) -> Response:
        """Only what is sent changes."""
        account, body = self._accounts.of(request), await json_object(request)
        listing = account.listing_to_change(request.path_params["listing_id"])
        members, kept = read_listing(body)
        _check(members, {"min_stay": listing.min_stay, "max_stay": listing.max_stay})
        if body.get("specialStatus") == "archived":
            members["archived_at"] = account.now
        earlier_members, earlier_kept = _written(account, listing.id)
        return success(_write(account, listing.id, earlier_members | members, earlier_kept | kept))

    async def delete(self, request: Request) -> Response:
        account = self._accounts.of(request)
        listing = account.listing_to_change(request.path_params["listing_id"])
        account.sandbox.world.put_listing(listing.id, account.id, None, {}, at=account.now)
        return success([])

    async def add_images(self, request: Request) -> Response:
        account, body = self._accounts.of(request), await json_object(request)
        listing = account.listing_to_change(request.path_params["listing_id"])
        images = _read_images(body.get("images"))
        members, kept = _written(account, listing.id)
        present = supplementary_lists(listing, kept)["listingImages"]
        kept = kept | {"listingImages": [{k: v for k, v in image.items() if k != "id"} for image in present] + images}
        _write(account, listing.id, members, kept)
        return success({"message": "The images are being processed.", "imagesCount": len(images)})

    async def units(self, request: Request) -> Response:
        """A single-unit listing has none."""
        account = self._accounts.of(request)
        listing = account.listing(request.path_params["listing_id"])
        units = range(1, listing.units + 1) if listing.units > 1 else ()
        return success(
            [
                {
                    "id": unit_id(listing.id, number - 1),
                    "name": f"{listing.internal_name} unit {number}",
                    "ground": str((number - 1) // 4),
                    "unitNumber": str(number),
                    "listingMapIdUnit": unit_id(listing.id, number - 1),
                }
                for number in units
            ]
        )


def _documents(account: Account) -> dict[int, Document]:
    documents = account.sandbox.store.latest(LISTING, account.id, at=account.now)
    return {int(document.id): document for document in documents}


def _changed_at(listing: Listing, documents: Mapping[int, Document]) -> int:
    document = documents.get(listing.id)
    return listing.created_at if document is None else document.at


def _render(account: Account, listing: Listing, document: Document | None, *, resources: bool) -> dict[str, Any]:
    return listing_object(
        listing,
        {} if document is None or document.body is None else document.body["kept"],
        contact=account.portfolio.contact,
        email=account.portfolio.email,
        changed_at=listing.created_at if document is None else document.at,
        now=account.now,
        resources=resources,
    )


def _answer(account: Account, listing: Listing, *, resources: bool) -> dict[str, Any]:
    document = account.sandbox.store.get(LISTING, listing.id, at=account.now)
    return _render(account, listing, document, resources=resources)


def _written(account: Account, listing_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What clients wrote about a listing so far: the world's members, and what is kept for the wire."""
    document = account.sandbox.store.get(LISTING, listing_id, at=account.now)
    if document is None or document.body is None:
        return {}, {}
    return document.body["listing"], document.body["kept"]


def _write(account: Account, listing_id: int, members: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    listing = account.sandbox.world.put_listing(listing_id, account.id, members, kept, at=account.now)
    assert listing is not None  # noqa: S101
    return _answer(account, listing, resources=True)


def _check(members: Mapping[str, Any], present: Mapping[str, Any]) -> None:
    stays = {**present, **members}
    if stays.get("min_stay", 1) > stays.get("max_stay", 365):
        raise Fail(400, "minNights must not exceed maxNights.")


def _read_images(images: Any) -> list[dict[str, Any]]:
    if not isinstance(images, list) or not images:
        raise Fail(400, "images is missing or empty.")
    for image in images:
        if not isinstance(image, dict):
            raise Fail(400, "Each image must be an object.")
        if not image.get("url"):
            raise Fail(400, "Each image must have a url.")
        if not str(image["url"]).startswith(("http://", "https://")):
            raise Fail(400, f"Invalid url: {image['url']}")
    return [{"sortOrder": 0, **image} for image in images]


def _matches(listing: Listing, changed_at: int, contact: str, query: Mapping[str, str]) -> bool:
    since, until = day(query, "latestActivityStart"), day(query, "latestActivityEnd")
    changed_day = day_of(changed_at)
    property_type = whole(query, "propertyTypeId")
    user = whole(query, "userId")
    on_website = flag(query, "isBookingEngineActive")
    return (
        _contains(listing.name, query.get("match"))
        and _contains(listing.city, query.get("city"))
        and _contains(listing.country, query.get("country"))
        and _contains(contact, query.get("contactName"))
        and (property_type is None or PROPERTY_TYPES[listing.property_type] == property_type)
        and (user is None or user == listing.portfolio)
        and on_website is not False
        and (since is None or changed_day >= since)
        and (until is None or changed_day <= until)
    )


def _contains(present: str, wanted: str | None) -> bool:
    return not wanted or wanted.casefold() in present.casefold()


def _available(account: Account, listings: list[Listing], query: Mapping[str, str]) -> list[Listing]:
    """Those that could take the guests for the stay asked about."""
    guests = whole(query, "availabilityGuestNumber", least=1)
    if guests is not None:
        listings = [listing for listing in listings if listing.capacity >= guests]
    arrival, departure = day(query, "availabilityDateStart"), day(query, "availabilityDateEnd")
    if arrival is None or departure is None:
        return listings
    if not 1 <= departure - arrival <= LONGEST_SEARCH:
        raise Fail(400, f"availabilityDateEnd must be 1 to {LONGEST_SEARCH} days after availabilityDateStart.")
    world = account.sandbox.world
    return [
        listing
        for listing in listings
        if world.free_unit(listing, arrival, departure, at=account.now) is not None
        and all(
            terms.blocked_units < listing.units
            for terms in world.terms(listing, arrival, departure - 1, at=account.now)
        )
    ]


def _sort(name: str | None) -> tuple[Callable[[Listing, int], tuple[Any, int]], bool]:
    plain = (name or "order").removesuffix("Reversed").removesuffix("Desc")
    if plain not in SORTS:
        raise Fail(400, f"sortOrder {name} is not known.")
    return SORTS[plain], plain != (name or "order")
