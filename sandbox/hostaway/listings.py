"""`/listings` and `/listingUnits`."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.hostaway.account import Account, Accounts
from sandbox.hostaway.arguments import flag, json_object
from sandbox.hostaway.envelope import Fail, page, success
from sandbox.hostaway.listing_object import listing_object, read_listing, supplementary_lists, unit_id
from sandbox.hostaway.listing_search import search
from sandbox.hostaway.paging import read_page
from sandbox.store import Document
from sandbox.world.listings import LISTING, Listing

REQUIRED_TO_CREATE = ("name", "address", "price", "currencyCode", "guestsIncluded", "priceForExtraPerson")


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
        found = search(account, query, lambda listing: _changed_at(listing, documents.get(listing.id)))
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
        """Changes only the members in the body."""
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
        """The units of a multi-unit listing; none for other listings."""
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


def _changed_at(listing: Listing, document: Document | None) -> int:
    return listing.created_at if document is None else document.at


def _render(account: Account, listing: Listing, document: Document | None, *, resources: bool) -> dict[str, Any]:
    return listing_object(
        listing,
        {} if document is None or document.body is None else document.body["kept"],
        contact=account.portfolio.contact,
        email=account.portfolio.email,
        changed_at=_changed_at(listing, document),
        now=account.now,
        resources=resources,
    )


def _answer(account: Account, listing: Listing, *, resources: bool) -> dict[str, Any]:
    document = account.sandbox.store.get(LISTING, listing.id, at=account.now)
    return _render(account, listing, document, resources=resources)


def _written(account: Account, listing_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The members that clients wrote so far: those of the world's listing, and those that only Hostaway knows."""
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
