"""Every answer that a test receives, errors included, is checked against the published schema."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import jsonschema_rs

from partners.documentation import openapi


class Received(Protocol):
    """A response of Django, or of any client that gives it these names."""

    @property
    def status_code(self) -> int: ...
    @property
    def content(self) -> bytes: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


def check_answer(method: str, path: str, response: Received, *, sparse: bool = False) -> None:
    """Check the status, the headers and the document of an answer. Raises AssertionError on a difference.

    `path` is the whole path. With sparse fieldsets no attribute is required. Unknown URLs and methods have no
    operation, so their errors are checked against ErrorDocument.
    """
    operation = find_operation(method, path)
    if operation is None:
        validator('{"$ref": "#/components/schemas/ErrorDocument"}').validate(json.loads(response.content))
        return
    where = f"{method} {path} {response.status_code}"
    documented = resolve(operation["responses"].get(str(response.status_code)))
    assert documented, f"{where} is not in the schema"
    check_headers(where, documented, response)
    if not documented.get("content"):
        assert not response.content, f"{where} has a body that the schema does not have"
        return
    document = json.loads(response.content)
    schema = documented["content"][documented_type(documented["content"], response)]["schema"]
    errors = list(validator(json.dumps(schema), sparse).iter_errors(document))
    assert not errors, f"{where}: " + "; ".join(f"{list(e.instance_path)}: {e.message}" for e in errors[:5])


def documented_type(content: Mapping[str, Any], response: Received) -> str:
    """The media type that describes the answer: its own with the parameters, if it is documented, or else the first."""
    profile = response.headers.get("Content-Type", "").partition(";")[2]
    of_profile = [media_type for media_type in content if profile and ";" in media_type]
    return of_profile[0] if of_profile else next(iter(content))


def resolve(part: Any) -> Any:
    """Return the component that a reference points at; return anything else unchanged."""
    while part and "$ref" in part:
        found: Any = openapi("3.1")
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def check_headers(where: str, documented: dict[str, Any], response: Received) -> None:
    for name, reference in documented["headers"].items():
        header = resolve(reference)
        sent = response.headers.get(name)
        if sent is None:
            assert not header["required"], f"{where} has no {name}"
            continue
        value = int(sent) if header["schema"]["type"] == "integer" else sent
        validator(json.dumps(header["schema"])).validate(value)


def find_operation(method: str, path: str) -> dict[str, Any] | None:
    for pattern, operations in compiled_paths():
        if pattern.fullmatch(f"{path.removesuffix('/')}/"):  # the server answers without the slash, too
            return operations.get("get" if method == "HEAD" else method.lower())
    return None


@cache
def compiled_paths() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    paths = openapi("3.1")["paths"].items()
    return [(re.compile(re.sub(r"\{\w+\}", r"[0-9]+", path)), operations) for path, operations in paths]


@cache
def validator(schema: str, sparse: bool = False) -> jsonschema_rs.Draft202012Validator:
    """Return a validator for a schema in JSON text. It also reports undocumented members."""
    root = {**json.loads(schema), "components": openapi("3.1")["components"]}
    return jsonschema_rs.Draft202012Validator(closed(root, sparse))


def closed(schema: Any, sparse: bool) -> Any:
    """Return the schema with no further members in objects that list theirs; attributes are optional if sparse."""
    if isinstance(schema, list):
        return [closed(inner, sparse) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {name: closed(inner, sparse) for name, inner in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        copy.setdefault("additionalProperties", False)
        if sparse and isinstance(copy["properties"].get("attributes"), dict):
            copy["properties"]["attributes"].pop("required", None)
    return copy
