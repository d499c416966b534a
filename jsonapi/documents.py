"""Resource documents in requests (JSON:API 1.1, *Creating* and *Updating Resources*)."""

from typing import Any

from jsonapi.errors import BadDocument
from jsonapi.naming import Repeated, TooDeep, underscore_deep
from jsonapi.refusals import pointer_to


def read_resource(document: Any, resource_type: str, method: str, resource_id: str | None) -> dict[str, Any]:
    """The attributes of a request's resource object, keys in snake_case at every depth.

    `resource_id` is the id in the URL, which the document of a PATCH must repeat.

    Raises BadDocument: 400 for a malformed document, 409 if `type` or `id` do not match the URL, 403 for an id that the
    client chose for a new resource.
    """
    if not isinstance(document, dict):
        raise BadDocument("The document must be an object.", "", code="document_not_an_object")
    if "data" not in document:
        raise BadDocument("The document must have the member data.", "", code="data_missing")
    data = document["data"]
    if not isinstance(data, dict):
        raise BadDocument("data must be a resource object.", "/data", code="data_not_a_resource")
    if not isinstance(data.get("type"), str):
        raise BadDocument("A resource object must have a type, a string.", "/data/type", code="type_missing")
    if data["type"] != resource_type:
        raise BadDocument(
            f"The type here is {resource_type}, not {data['type']}.", "/data/type", status=409, code="type_mismatch"
        )
    if method == "PATCH":
        _check_id(data, resource_id)
    elif "id" in data:
        raise BadDocument("The server assigns ids; leave id out.", "/data/id", status=403, code="id_not_allowed")
    attributes = data.get("attributes", {})
    if not isinstance(attributes, dict):
        raise BadDocument("attributes must be an object.", "/data/attributes", code="attributes_not_an_object")
    if data.get("relationships"):
        raise BadDocument(
            "Relationships cannot be written here.", "/data/relationships", code="relationships_not_writable"
        )
    try:
        return dict(underscore_deep(attributes))
    except Repeated as repeated:
        detail = "The attribute is given in two spellings, with hyphens and with underscores."
        raise BadDocument(detail, pointer_to(*repeated.path), code="repeated_member") from None
    except TooDeep:
        raise BadDocument(
            "The attributes are nested too deeply.", "/data/attributes", code="nested_too_deeply"
        ) from None


def _check_id(data: dict[str, Any], resource_id: str | None) -> None:
    sent = data.get("id")
    if isinstance(sent, bool) or not isinstance(sent, str | int):
        raise BadDocument("A resource object must have its id, a string.", "/data/id", code="id_missing")
    if str(sent) != resource_id:
        raise BadDocument(
            f"The id must be the id in the URL, {resource_id}, not {sent}.", "/data/id", status=409, code="id_mismatch"
        )
