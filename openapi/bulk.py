"""The endpoint of *Atomic Operations*, whose documents have no primary data, in the published schema."""

from typing import Any

from openapi.errors import RESPONSES
from openapi.headers import headers_of
from openapi.operation_schema import IDEMPOTENCY_KEY

ATOMIC = "https://jsonapi.org/ext/atomic"
MOST_OPERATIONS = 500
FAILURES = (400, 401, 403, 404, 406, 408, 409, 411, 413, 415, 422, 429, 500, 503)


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


SCHEMAS: dict[str, dict[str, Any]] = {
    "AtomicOperation": {
        "type": "object",
        "description": "An update of a customization or of an activation, or the request of a sync.",
        "required": ["op"],
        "properties": {
            "op": _text("`update`, or `add` for a refresh.", enum=["add", "update"]),
            "ref": {
                "type": "object",
                "description": "The resource to update. Send either this or `href`.",
                "required": ["type", "id"],
                "properties": {
                    "type": _text("Its type, such as `min-max-price-customizations`."),
                    "id": _text("The id of the listing."),
                },
            },
            "href": _text("The URL of the resource to update, or of the refresh, as in a request of its own."),
            "data": {
                "type": "object",
                "description": "The resource object that a PATCH of its own would have.",
                "required": ["type", "id"],
                "properties": {
                    "type": _text("The type of the resource."),
                    "id": _text("The id of the resource."),
                    "attributes": {"type": "object", "description": "The attributes to change."},
                },
            },
        },
    },
    "AtomicRequest": {
        "type": "object",
        "required": ["atomic:operations"],
        "properties": {
            "atomic:operations": {
                "type": "array",
                "description": "Carried out in this order, all or none.",
                "minItems": 1,
                "maxItems": MOST_OPERATIONS,
                "items": {"$ref": "#/components/schemas/AtomicOperation"},
            }
        },
    },
    "AtomicResult": {
        "type": "object",
        "description": "The answer that the operation would get as a request of its own; empty if that has no body.",
        "properties": {
            "data": {
                "type": "object",
                "description": "The resource as it is now.",
                "required": ["type", "id"],
                "properties": {
                    "type": _text("The type of the resource."),
                    "id": _text("The id of the resource."),
                    "attributes": {
                        "type": "object",
                        "description": "Its attributes.",
                        "additionalProperties": True,
                    },
                },
            }
        },
    },
    "AtomicResponse": {
        "type": "object",
        "required": ["atomic:results"],
        "properties": {
            "atomic:results": {
                "type": "array",
                "description": "One result for each operation, in the same order.",
                "items": {"$ref": "#/components/schemas/AtomicResult"},
            }
        },
    },
}


def bulk_path(example: dict[str, Any]) -> dict[str, Any]:
    """The path item, with an example of a `request` and its `response`."""
    media_type = "application/vnd.api+json"
    body: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/AtomicRequest"}}
    answer: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/AtomicResponse"}}
    if "request" in example:
        body["example"] = example["request"]
    if "response" in example:
        answer["example"] = example["response"]
    return {
        "post": {
            "operationId": "run_operations",
            "tags": ["Operations"],
            "summary": "Change many resources at once",
            "description": f"An extension: *Atomic Operations* of JSON:API, with up to {MOST_OPERATIONS} operations in "
            "one transaction. All are carried out, or none; an error points at the operation that failed. PATCHes of "
            "customizations and activations, and refreshes of listings and accounts can be sent. "
            f'The media type has the parameter `ext="{ATOMIC}"`.\n\n'
            ""
            "Scope: `listings:write` or `user:write`, and that of each operation. Token: app-level or user-scoped.",
            "parameters": [IDEMPOTENCY_KEY],
            "security": [
                {"oauth2": ["listings:write"]},
                {"oauth2": ["user:write"]},
                {"personalAccessToken": []},
            ],
            "requestBody": {"required": True, "content": {media_type: body, "application/json": body}},
            "responses": {
                "200": {
                    "description": "All operations were carried out.",
                    "headers": headers_of(200, "POST"),
                    "content": {media_type: answer, "application/json": answer},
                },
                **{str(status): {"$ref": f"#/components/responses/{RESPONSES[status][0]}"} for status in FAILURES},
            },
            "x-token-tier": "both",
        }
    }
