"""Collections of requests for Postman and Bruno, made from the OpenAPI document.

Both contain one request for each operation, with the example's body. The requests can run from top to bottom: the first
one stores a token, those that create or list resources store an id for the next ones, and the last folder deletes.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonapi.media_types import JSON_API

FORM = "application/x-www-form-urlencoded"
POSTMAN_FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
LAST_FOLDER = "Delete and revoke"
VARIABLES = {
    "base_url": "http://127.0.0.1:8000",
    "client_id": "demo-partner",
    "client_secret": "demo-partner-secret",
    "access_token": "",
    "public_listing_id": "31902277",  # of an imported market: see docs/markets.md
}
# Attributes of bodies that no other request finds, by operation.
IN_BODIES = {"create_compset": {"channel-listing-ids": ["{{public_listing_id}}"]}}


@dataclass(frozen=True)
class Request:
    """One operation. `url` and `body` contain variables in double braces.

    `query` has the parameters with their descriptions. `remembers` maps variables to the member of the answer that the
    variable takes: a path of keys and list positions.
    """

    operation_id: str
    folder: str
    name: str
    description: str
    method: str
    url: str
    query: Mapping[str, tuple[str, str]]
    headers: Mapping[str, str]
    form: Mapping[str, str] | None
    body: str | None
    needs_token: bool
    remembers: Mapping[str, tuple[str | int, ...]]

    @property
    def overwrites(self) -> bool:
        """Whether the answer replaces a value; a list only provides one where none is known."""
        return self.method == "POST"


def requests_of(document: Mapping[str, Any]) -> list[Request]:
    """The operations of the document, in an order in which each finds what it needs."""
    example_ids = _example_ids(document)
    found = [
        _request(document, path, method, operation, example_ids)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    folders = [tag["name"] for tag in document["tags"]]
    order = {name: place for place, name in enumerate([*folders, LAST_FOLDER])}
    return sorted(found, key=lambda each: (order[each.folder], *_place(each)))


def _place(request: Request) -> tuple[int, int, int]:
    """Inside a folder: first what creates, last what deletes: deeper paths first, users, who own the rest, last."""
    if request.folder == LAST_FOLDER:
        return (not request.needs_token, request.operation_id == "delete_user", -request.url.count("/"))
    return (not request.remembers or not request.overwrites, 0, 0)


def _example_ids(document: Mapping[str, Any]) -> dict[str, str]:
    """The ids in the examples of lists, with the variable of the path that takes such an id."""
    found: dict[str, str] = {}
    for path, item in document["paths"].items():
        for content in item.get("get", {}).get("responses", {}).get("200", {}).get("content", {}).values():
            resources = content.get("example", {}).get("data", [])
            if isinstance(resources, list) and resources:
                found |= dict.fromkeys(_children(document, path), resources[0]["id"])
    return {example: name for name, example in found.items()}


def _request(
    document: Mapping[str, Any],
    path: str,
    method: str,
    operation: Mapping[str, Any],
    example_ids: Mapping[str, str],
) -> Request:
    content = operation.get("requestBody", {}).get("content", {})
    media_type = next(iter(content), None)
    example = content[media_type].get("example", {}) if media_type else {}
    accepted = [
        name for status, answer in operation["responses"].items() if status[0] == "2" for name in _media(answer)
    ]
    needs_token = operation.get("security") != []
    headers = {"Accept": accepted[0] if accepted else JSON_API}
    if media_type and media_type != FORM:
        headers["Content-Type"] = media_type
    ends = method == "delete" or operation["operationId"] == "revoke_token"
    return Request(
        operation_id=operation["operationId"],
        folder=LAST_FOLDER if ends else operation["tags"][0],
        name=operation["summary"],
        description=operation.get("description", ""),
        method=method.upper(),
        url="{{base_url}}" + re.sub(r"\{(\w+)\}", r"{{\1}}", path),
        query=dict(_query(operation)),
        headers=headers,
        form=_form(example) if media_type == FORM else None,
        body=_body(operation["operationId"], example, example_ids) if media_type and media_type != FORM else None,
        needs_token=needs_token,
        remembers=_remembers(document, path, method, operation),
    )


def _media(answer: Mapping[str, Any]) -> list[str]:
    return list(answer.get("content", {}))


def _query(operation: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            yield parameter["name"], (_sample(parameter), parameter.get("description", ""))


def _sample(parameter: Mapping[str, Any]) -> str:
    schema = parameter["schema"]
    if "example" in parameter:
        return str(parameter["example"])
    for keyword in ("default", "example", "minimum"):
        if keyword in schema:
            return str(schema[keyword])
    values = schema.get("enum") or schema.get("items", {}).get("enum") or [""]
    return "true" if schema.get("type") == "boolean" else str(values[0])


def _form(example: Mapping[str, Any]) -> dict[str, str]:
    """The form's fields; the client and the token are variables."""
    variables = {"client_id": "{{client_id}}", "client_secret": "{{client_secret}}", "token": "{{access_token}}"}
    return {name: variables.get(name, str(value)) for name, value in example.items()}


def _body(operation_id: str, example: Any, example_ids: Mapping[str, str]) -> str:
    """The example's body, with variables for ids of resources that other requests find."""
    attributes = IN_BODIES.get(operation_id, {})
    text = json.dumps(_with_variables(example, example_ids, attributes), indent=2, ensure_ascii=False)
    if operation_id == "run_operations":  # It names the listing in its body, also in URLs.
        text = text.replace(example["atomic:operations"][0]["ref"]["id"], "{{listing_id}}")
    return re.sub(r'"number (\{\{\w+\}\})"', r"\1", text)


def _with_variables(value: Any, example_ids: Mapping[str, str], attributes: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_with_variables(each, example_ids, attributes) for each in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, inner in value.items():
        variable = example_ids.get(str(inner)) if not isinstance(inner, dict | list) else None
        if key in attributes:
            found[key] = attributes[key]
        elif variable and (key == "id" or key.replace("-", "_") == variable):
            found[key] = f"{{{{{variable}}}}}" if isinstance(inner, str) else f"number {{{{{variable}}}}}"
        else:
            found[key] = _with_variables(inner, example_ids, attributes)
    return found


def _remembers(
    document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]
) -> dict[str, tuple[str | int, ...]]:
    if operation["operationId"] == "create_token":
        return {"access_token": ("access_token",)}
    parameters = _children(document, path)
    if method == "post" and "201" in operation["responses"]:
        return dict.fromkeys(sorted(parameters), ("data", "id"))
    if method == "get":
        return dict.fromkeys(sorted(parameters), ("data", 0, "id"))
    return {}


def _children(document: Mapping[str, Any], path: str) -> set[str]:
    """The parameters of paths below the path, one level down."""
    child = re.compile(re.escape(path) + r"\{(\w+)\}/")
    return {match[1] for other in document["paths"] if (match := child.match(other))}


def variables_of(requests: list[Request]) -> dict[str, str]:
    """The variables of a collection with their first values."""
    used = re.findall(r"\{\{(\w+)\}\}", " ".join(request.url for request in requests))
    return VARIABLES | dict.fromkeys(sorted(set(used) - set(VARIABLES)), "")


def postman(document: Mapping[str, Any]) -> bytes:
    """The collection in Postman's format 2.1."""
    requests = requests_of(document)
    folders: dict[str, list[Any]] = {}
    for request in requests:
        folders.setdefault(request.folder, []).append(_postman_item(request))
    collection = {
        "info": {
            "name": document["info"]["title"],
            "description": document["info"]["description"],
            "schema": POSTMAN_FORMAT,
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{access_token}}", "type": "string"}]},
        "variable": [{"key": name, "value": value} for name, value in variables_of(requests).items()],
        "item": [{"name": name, "item": items} for name, items in folders.items()],
    }
    return json.dumps(collection, indent=2, ensure_ascii=False).encode() + b"\n"


def _postman_item(request: Request) -> dict[str, Any]:
    host, *path = request.url.split("/")
    query = [
        {"key": name, "value": value, "description": words, "disabled": True}
        for name, (value, words) in request.query.items()
    ]
    sent: dict[str, Any] = {
        "method": request.method,
        "header": [{"key": name, "value": value} for name, value in request.headers.items()],
        "url": {"raw": request.url, "host": [host], "path": path, **({"query": query} if query else {})},
        "description": request.description,
    }
    if not request.needs_token:
        sent["auth"] = {"type": "noauth"}
    if request.form is not None:
        form = [{"key": name, "value": value, "type": "text"} for name, value in request.form.items()]
        sent["body"] = {"mode": "urlencoded", "urlencoded": form}
    if request.body is not None:
        sent["body"] = {"mode": "raw", "raw": request.body, "options": {"raw": {"language": "json"}}}
    # A sync of an account that is queued or running already is a conflict.
    good = [200, 201, 202, 204, 304] + ([409] if request.operation_id == "refresh_account" else [])
    script = [
        f'pm.test("succeeds", () => pm.expect(pm.response.code).to.be.oneOf({good}));',
        *_remember(request, "pm.response.json()", "pm.collectionVariables"),
    ]
    event = {"listen": "test", "script": {"type": "text/javascript", "exec": script}}
    return {"name": request.name, "event": [event], "request": sent}


def _remember(request: Request, answer: str, store: str) -> Iterator[str]:
    """Lines of JavaScript that store members of the answer in variables."""
    setter, getter = (f"{store}.setVar", f"{store}.getVar") if store == "bru" else (f"{store}.set", f"{store}.get")
    for name, steps in request.remembers.items():
        value = answer + "".join(f"?.{step}" if isinstance(step, str) else f"?.[{step}]" for step in steps)
        condition = "" if request.overwrites else f'if (!{getter}("{name}")) '
        yield f'{condition}{setter}("{name}", {value} ?? "");'


def bruno(document: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of the collection in Bruno's format, by path."""
    requests = requests_of(document)
    files = {
        "bruno.json": json.dumps({"version": "1", "name": document["info"]["title"], "type": "collection"}, indent=2),
        "collection.bru": _block("auth", ["mode: bearer"]) + _block("auth:bearer", ["token: {{access_token}}"]),
        "environments/local.bru": _block("vars", [f"{n}: {v}" for n, v in variables_of(requests).items() if v]),
    }
    places: dict[str, int] = {}
    for request in requests:
        if request.folder not in places:
            title = [f"name: {request.folder}", f"seq: {len(places) + 1}"]
            files[f"{request.folder}/folder.bru"] = _block("meta", title)
        places[request.folder] = places.get(request.folder, 0) + 1
        files[f"{request.folder}/{request.operation_id}.bru"] = _bruno_request(request, places[request.folder])
    return {name: text.strip().encode() + b"\n" for name, text in sorted(files.items())}


def _bruno_request(request: Request, number: int) -> str:
    kind = "json" if request.body is not None else "formUrlEncoded" if request.form is not None else "none"
    auth = "inherit" if request.needs_token else "none"
    query = [f"~{name}: {value}" for name, (value, _) in request.query.items()]
    blocks = [
        _block("meta", [f"name: {request.name}", "type: http", f"seq: {number}"]),
        _block(request.method.lower(), [f"url: {request.url}", f"body: {kind}", f"auth: {auth}"]),
        _block("params:query", query),
        _block("headers", [f"{name}: {value}" for name, value in request.headers.items()]),
        _block("body:json", (request.body or "").splitlines()),
        _block("body:form-urlencoded", [f"{name}: {value}" for name, value in (request.form or {}).items()]),
        _block("script:post-response", list(_remember(request, "res.body", "bru"))),
        _block("docs", request.description.splitlines()),
    ]
    return "".join(blocks)


def _block(name: str, lines: list[str]) -> str:
    if not lines:
        return ""
    body = "\n".join(f"  {line}" if line else "" for line in lines)
    return f"{name} {{\n{body}\n}}\n\n"
