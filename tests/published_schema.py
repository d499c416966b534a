"""Every answer that a test receives is held against the published schema, errors included."""

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs
from django.http import HttpResponse

from partners.documentation import openapi


def check_answer(method: str, path: str, response: HttpResponse, *, sparse: bool = False) -> None:
    """Fails when the status is not documented for the operation, or the document or a header is not as documented.

    `path` is the whole path; with sparse fieldsets no attribute is required. Unknown URLs and methods have no
    operation: their errors are held against ErrorDocument.
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
    (media_type,) = documented["content"]
    document = json.loads(response.content)
    schema = documented["content"][media_type]["schema"]
    errors = list(validator(json.dumps(schema), sparse).iter_errors(document))
    assert not errors, f"{where}: " + "; ".join(f"{list(e.instance_path)}: {e.message}" for e in errors[:5])


def resolve(part: Any) -> Any:
    """The component behind a reference; anything else as it is."""
    while part and "$ref" in part:
        found: Any = openapi("3.1")
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def check_headers(where: str, documented: dict[str, Any], response: HttpResponse) -> None:
    for name, reference in documented["headers"].items():
        header = resolve(reference)
        sent = response.headers.get(name)
        assert sent is not None or not header["required"], f"{where} has no {name}"
        value = int(sent) if sent is not None and header["schema"]["type"] == "integer" else sent
        validator(json.dumps(header["schema"])).validate(value)


def find_operation(method: str, path: str) -> dict[str, Any] | None:
    for pattern, operations in compiled_paths():
        if pattern.fullmatch(path):
            return operations.get("get" if method == "HEAD" else method.lower())
    return None


@cache
def compiled_paths() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    paths = openapi("3.1")["paths"].items()
    return [(re.compile(re.sub(r"\{\w+\}", r"[0-9]+", path)), operations) for path, operations in paths]


@cache
def validator(schema: str, sparse: bool = False) -> jsonschema_rs.Draft202012Validator:
    """`schema` is JSON text. An undocumented member is an error, too."""
    root = {**json.loads(schema), "components": openapi("3.1")["components"]}
    return jsonschema_rs.Draft202012Validator(closed(root, sparse))


def closed(schema: Any, sparse: bool) -> Any:
    """The same schema with every object closed that lists its properties; attributes are optional when sparse."""
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
