"""The `webhooks` section of OpenAPI 3.1: the events of the contract, as receivers get them."""

from typing import Any

Schema = dict[str, Any]

EVENTS = {
    "accountCreated": ("AccountCreatedEvent", "account.created", "The first sync of a connected account has ended."),
    "accountRefreshed": ("AccountRefreshedEvent", "account.refreshed", "A later sync of an account has ended."),
    "listingBasePriceChanged": (
        "ListingBasePriceChangedEvent",
        "listing.base_price_changed",
        "The base price of a listing, or its currency, has changed. The first price comes with `listing.created`.",
    ),
    "listingCreated": (
        "ListingCreatedEvent",
        "listing.created",
        "A new listing was read from its channel, or has got its first base price.",
    ),
    "listingInActiveMarketChanged": (
        "ListingInActiveMarketChangedEvent",
        "listing.in_active_market_changed",
        "A listing has entered or left an active market.",
    ),
    "listingRefreshed": ("ListingRefreshedEvent", "listing.refreshed", "The refresh of one listing has ended."),
}


def webhooks() -> dict[str, Any]:
    """The `webhooks` member of the document."""
    return {
        name: {
            "post": {
                "operationId": name,
                "tags": ["Webhooks"],
                "summary": kind,
                "description": f"{words} Sent to the webhook endpoints of the application; see docs/webhooks.md.",
                "security": [],
                "parameters": [_header(*each) for each in HEADERS],
                "requestBody": {
                    "required": True,
                    "content": {"application/vnd.api+json": {"schema": _ref(component)}},
                },
                "responses": {
                    "200": {"description": "The event has arrived. Every other 2xx status means the same."},
                    "410": {"description": "The endpoint is gone. It is disabled."},
                },
            }
        }
        for name, (component, kind, words) in EVENTS.items()
    }


HEADERS = (
    ("webhook-id", "The id of the event, the same on every attempt.", "string"),
    ("webhook-timestamp", "When the attempt was made, in seconds since 1970.", "integer"),
    ("webhook-signature", "Signatures by Standard Webhooks, separated by spaces.", "string"),
)


def _header(name: str, description: str, kind: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "description": description, "schema": {"type": kind}}


def event_schemas() -> dict[str, Schema]:
    """The components that the webhooks refer to."""
    succeeded = _text("Whether it succeeded.", enum=["succeeded", "failed"])
    error = _text("Why it failed, or what was left out, for people.", null=True)
    of_account = {
        "status": succeeded,
        "completed-at": _instant("When the sync ended."),
        "channel": _text("The channel of the account."),
        "nb-listings-synced": _number("Number of listings that were read."),
        "nb-listings-failed": _number(
            "Number of listings that could not be read. Null if all of them failed.", null=True
        ),
        "error": error,
    }
    threshold = _number("Listings that were synced within this time before were skipped, in minutes. 0 for none.")
    schemas: dict[str, Schema] = {
        **_event("AccountCreatedEvent", of_account, optional={"error"}, required=("account", "user")),
        **_event(
            "AccountRefreshedEvent",
            of_account | {"recent-sync-threshold-minutes": threshold},
            optional={"error"},
            required=("account", "user"),
        ),
        **_event(
            "ListingBasePriceChangedEvent",
            {
                "new-base-price": _number("The price, in whole units of `new-currency`."),
                "old-base-price": _number("The price before, in whole units of `old-currency`.", null=True),
                "new-currency": _text("ISO 4217 code.", null=True),
                "old-currency": _text("ISO 4217 code.", null=True),
                "changed-at": _instant("When it was changed.", null=True),
                "channel-listings": _list("ListingBasePriceChangedEventChannelListings"),
                "enabled": {"type": "boolean", "description": "Whether prices are pushed to the channel."},
                "change-source": _text("`user`: through the API. `system`: automatically.", enum=["user", "system"]),
                "changed-by": _text("Id of the credential whose token changed it; null if none did.", null=True),
            },
            listing=True,
            required=("listing", "user"),
        ),
        **_event(
            "ListingCreatedEvent",
            {
                "status": succeeded,
                "created-at": _instant("When the listing was created; null if it failed.", null=True),
                "title": _text("The listing's title.", null=True),
                "currency": _text("ISO 4217 code.", null=True),
                "base-price": _number("The price, in whole units of `currency`; null while none is known.", null=True),
                "channel-listings": _list("ListingCreatedEventChannelListings"),
                "error": error,
            },
            listing=True,
            optional={"error"},
            required=("user",),
        ),
        **_event(
            "ListingInActiveMarketChangedEvent",
            {
                "in-active-market": {"type": "boolean", "description": "Whether it is in an active market now."},
                "changed-at": _instant("When it entered or left the market."),
                "title": _text("The listing's title.", null=True),
                "channel-listings": _list("ListingInActiveMarketChangedEventChannelListings"),
            },
            listing=True,
            required=("listing", "user"),
        ),
        **_event(
            "ListingRefreshedEvent",
            {
                "status": succeeded,
                "completed-at": _instant("When the refresh ended."),
                "channel": _text("The channel that was read."),
                "channel-listing-id": _text("The listing's id there."),
                "error": error,
            },
            listing=True,
            optional={"error"},
            required=("account", "listing", "user"),
        ),
    }
    for name in ("ListingBasePriceChangedEvent", "ListingCreatedEvent", "ListingInActiveMarketChangedEvent"):
        schemas[f"{name}ChannelListings"] = _object(
            "Where the listing is shown.",
            {"channel": _text("The channel."), "channel-id": _text("The listing's id there.")},
        )
    schemas["_EventMeta"] = _object(
        "About the delivery.",
        {"type": _text("The type of the event."), "sent-at": _instant("When this attempt was made.")},
    )
    schemas["_Relationship"] = _object(
        "A resource that the event is about.",
        {
            "data": _ref("_RelationshipData", "The resource's identifier."),
            "links": _ref("_RelationshipLinks", "Where it is."),
        },
        optional={"links"},
    )
    schemas["_RelationshipData"] = _object(
        "", {"type": _text("The resource's type."), "id": _text("The resource's id.")}
    )
    schemas["_RelationshipLinks"] = _object(
        "", {"related": {"type": "string", "format": "uri", "description": "Where to read it."}}, optional={"related"}
    )
    return schemas


def _event(
    name: str,
    attributes: dict[str, Schema],
    *,
    required: tuple[str, ...],
    listing: bool = False,
    optional: frozenset[str] | set[str] = frozenset(),
) -> dict[str, Schema]:
    named = (["listing"] if listing else []) + ["user", "account"]
    return {
        name: _object("", {"meta": _ref("_EventMeta", "Its delivery."), "data": _ref(f"{name}Data", "The event.")}),
        f"{name}Data": _object(
            "",
            {
                "type": _text("Always `events`."),
                "id": _text("Id of the event in `/api/v1/events/`."),
                "attributes": _ref(f"{name}Attributes", "What happened."),
                "relationships": _ref(f"{name}Relationships", "What it is about."),
            },
        ),
        f"{name}Attributes": _object("", attributes, optional=optional),
        f"{name}Relationships": _object(
            "", {each: _ref("_Relationship", f"The {each}.") for each in named}, optional=set(named) - set(required)
        ),
    }


def _object(
    description: str, properties: dict[str, Schema], *, optional: frozenset[str] | set[str] = frozenset()
) -> Schema:
    schema: Schema = {"type": "object", "properties": properties}
    if needed := sorted(properties.keys() - optional):
        schema["required"] = needed
    return {"description": description, **schema} if description else schema


def _ref(component: str, description: str = "") -> Schema:
    ref = {"$ref": f"#/components/schemas/{component}"}
    return ref | {"description": description} if description else ref


def _list(component: str) -> Schema:
    return {"type": "array", "description": "Where the listing is shown.", "items": _ref(component)}


def _text(description: str, *, null: bool = False, enum: list[str] | None = None) -> Schema:
    schema = _typed("string", description, null)
    return schema | {"enum": enum} if enum else schema


def _number(description: str, *, null: bool = False) -> Schema:
    return _typed("integer", description, null)


def _instant(description: str, *, null: bool = False) -> Schema:
    return _typed("string", description, null) | {"format": "date-time"}


def _typed(kind: str, description: str, null: bool) -> Schema:
    return {"type": [kind, "null"] if null else kind, "description": description}
