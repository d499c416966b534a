"""The collections for Postman and Bruno have every operation, and are up to date. `.ci/codegen` runs Postman's."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from openapi.request_collections import bruno, postman, requests_of
from partners.documentation import openapi

FOLDER = Path(__file__).parents[2] / "docs/collections"
DOCUMENT = openapi("3.0")
OPERATIONS = Counter(operation["operationId"] for item in DOCUMENT["paths"].values() for operation in item.values())
REQUESTS = {request.operation_id: request for request in requests_of(DOCUMENT)}
ORDER = list(REQUESTS)


def items(collection: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for folder in collection["item"] for item in folder["item"]]


def test_the_files_are_up_to_date() -> None:
    written = {str(file.relative_to(FOLDER)): file.read_bytes() for file in FOLDER.rglob("*") if file.is_file()}

    expected = {f"bruno/{name}": content for name, content in bruno(DOCUMENT).items()}
    assert written == expected | {"partners-api.postman_collection.json": postman(DOCUMENT)}


def test_both_have_every_operation_once() -> None:
    assert Counter(ORDER) == OPERATIONS
    assert len(items(json.loads(postman(DOCUMENT)))) == len(ORDER)
    files = Counter(Path(name).stem for name in bruno(DOCUMENT) if name.count("/") == 1 and "folder.bru" not in name)
    assert files - Counter(["local"]) == OPERATIONS


def test_the_first_request_stores_the_token_and_needs_none() -> None:
    first = items(json.loads(postman(DOCUMENT)))[0]

    assert first["name"] == "Get an access token"
    assert first["request"]["auth"] == {"type": "noauth"}
    assert (
        'pm.collectionVariables.set("access_token", pm.response.json()?.access_token ?? "");'
        in (first["event"][0]["script"]["exec"])
    )


def test_every_id_of_a_url_is_stored_by_an_earlier_request() -> None:
    known: set[str] = set()
    for request in REQUESTS.values():
        assert set(re.findall(r"\{\{(\w+)\}\}", request.url)) - {"base_url"} <= known, request.operation_id
        known |= set(request.remembers)


def test_what_deletes_comes_last_and_the_token_is_revoked_at_the_end() -> None:
    deletes = [name for name, request in REQUESTS.items() if request.method == "DELETE"]

    assert ORDER[-len(deletes) - 1 :] == [*deletes, "revoke_token"]
    assert deletes.index("delete_account") < deletes.index("delete_user")


def test_the_id_in_the_body_of_a_patch_is_the_one_in_its_path() -> None:
    for request in REQUESTS.values():
        if request.method == "PATCH":
            last_id = re.findall(r"\{\{\w+\}\}", request.url)[-1]
            assert json.loads(request.body or "")["data"]["id"] == last_id
