"""What a client of one OpenAPI 3.1 document misses or misreads in another: the contract's facts against ours.

A client that was generated from the facts has to run against our server unchanged, so that ours may say more and
never less: no operation, parameter, status, schema or member missing, renamed or retyped, and no request refused
that the facts allow. Prose and examples are not compared.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

METHODS = ("get", "post", "patch", "put", "delete")
REF = "#/components/schemas/"
# What a value is: a client's types hang on each of these.
TYPING = ("types", "nullable", "format", "enum", "ref", "combined")
# What a value may be: where ours is narrower than the facts, a client's request is refused.
LIMITS = ("pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")


@dataclass(frozen=True, order=True)
class Difference:
    """`where` is a dotted path that begins with an operationId or with `schemas.`; `what` says it in words."""

    where: str
    what: str


def differences(facts: Schema, ours: Schema) -> Iterator[Difference]:
    yield from _operations(facts, ours)
    yield from _members("schemas", facts["components"]["schemas"], ours["components"]["schemas"], _component)
    yield from _members("webhooks", facts.get("webhooks", {}), ours.get("webhooks", {}), _webhook)
    yield from _security_schemes(facts["components"]["securitySchemes"], ours["components"]["securitySchemes"])


def _operations(facts: Schema, ours: Schema) -> Iterator[Difference]:
    for path, item in facts["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            expected, found = item[method], ours["paths"].get(path, {}).get(method)
            where = expected["operationId"]
            if found is None:
                yield Difference(where, f"{method.upper()} {path} is missing")
            else:
                yield from _operation(where, expected, found)


def _operation(where: str, facts: Schema, ours: Schema) -> Iterator[Difference]:
    yield from _equal(f"{where}.operationId", facts["operationId"], ours.get("operationId"))
    yield from _equal(f"{where}.tags", facts["tags"], ours.get("tags"))
    yield from _security(f"{where}.security", facts["security"], ours.get("security", []))
    yield from _members(
        f"{where}.parameters", _by_name(facts.get("parameters", [])), _by_name(ours.get("parameters", [])), _parameter
    )
    for name, parameter in _by_name(ours.get("parameters", [])).items():
        if parameter.get("required") and name not in _by_name(facts.get("parameters", [])):
            yield Difference(f"{where}.parameters.{name}", "is required and new")
    yield from _request_body(f"{where}.requestBody", facts.get("requestBody"), ours.get("requestBody"))
    yield from _members(f"{where}.responses", facts["responses"], ours.get("responses", {}), _response)


def _by_name(parameters: list[Schema]) -> dict[str, Schema]:
    return {f"{parameter['in']} {parameter['name']}": parameter for parameter in parameters}


def _members(where: str, facts: Schema, ours: Schema, compare: Any) -> Iterator[Difference]:
    """Compares what has a name in the facts; what only ours has is an addition."""
    for name, expected in facts.items():
        if name not in ours:
            yield Difference(f"{where}.{name}", "is missing")
        else:
            yield from compare(f"{where}.{name}", expected, ours[name])


def _equal(where: str, facts: Any, ours: Any) -> Iterator[Difference]:
    if facts != ours:
        yield Difference(where, f"is {ours!r}, not {facts!r}")


def _security(where: str, facts: list[Schema], ours: list[Schema]) -> Iterator[Difference]:
    if not facts and ours:
        yield Difference(where, "is needed, and none is by the facts")
    for alternative in facts:
        if alternative not in ours:
            yield Difference(where, f"does not take {alternative}")


def _security_schemes(facts: Schema, ours: Schema) -> Iterator[Difference]:
    for name, expected in facts.items():
        where, found = f"securitySchemes.{name}", ours.get(name, {})
        for keyword in ("type", "scheme", "bearerFormat"):
            yield from _equal(f"{where}.{keyword}", expected.get(keyword), found.get(keyword))
        for flow, member in expected.get("flows", {}).items():
            other = found.get("flows", {}).get(flow, {})
            for keyword in ("tokenUrl", "refreshUrl"):
                yield from _equal(f"{where}.{flow}.{keyword}", member.get(keyword), other.get(keyword))
            for scope in member["scopes"]:
                if scope not in other.get("scopes", {}):
                    yield Difference(f"{where}.{flow}.scopes.{scope}", "is missing")


def _parameter(where: str, facts: Schema, ours: Schema) -> Iterator[Difference]:
    yield from _equal(f"{where}.required", facts.get("required", False), ours.get("required", False))
    yield from _equal(f"{where}.explode", facts.get("explode", True), ours.get("explode", True))
    yield from _schema(where, facts["schema"], ours["schema"], sent=True, more_enum=True)


def _request_body(where: str, facts: Schema | None, ours: Schema | None) -> Iterator[Difference]:
    if facts is None:
        if ours and ours.get("required"):
            yield Difference(where, "is required and new")
    elif ours is None:
        yield Difference(where, "is missing")
    else:
        yield from _equal(f"{where}.required", facts.get("required", False), ours.get("required", False))
        yield from _members(where, facts["content"], ours["content"], _sent_content)


def _sent_content(where: str, facts: Schema, ours: Schema) -> Iterator[Difference]:
    yield from _schema(where, facts["schema"], ours["schema"], sent=True)


def _response(where: str, facts: Schema, ours: Schema) -> Iterator[Difference]:
    yield from _members(where, facts.get("content", {}), ours.get("content", {}), _received_content)


def _received_content(where: str, facts: Schema, ours: Schema) -> Iterator[Difference]:
    yield from _schema(where, facts["schema"], ours["schema"], sent=False)


def _webhook(where: str, facts: Schema, ours: Schema) -> Iterator[Difference]:
    nameless: Schema = {"operationId": None, "security": [], "tags": []}
    # Headers that our server sends in addition.
    more = {"operationId": None, "parameters": facts["post"].get("parameters", [])}
    yield from _operation(where, nameless | facts["post"], nameless | ours.get("post", {}) | more)


def _component(where: str, facts: Schema, ours: Schema) -> Iterator[Difference]:
    yield from _schema(where, facts, ours, sent=where.endswith("Request"))


def _schema(where: str, facts: Schema, ours: Schema, *, sent: bool, more_enum: bool = False) -> Iterator[Difference]:
    """`sent` tells requests, whose limits must not be narrower, from responses, whose promises must not be fewer."""
    expected, found = _plain(facts), _plain(ours)
    for keyword in TYPING:
        if keyword == "enum" and more_enum and set(expected.get(keyword, ())) < set(found.get(keyword, ())):
            continue
        yield from _equal(f"{where}.{keyword}", expected.get(keyword), found.get(keyword))
    for keyword in (*LIMITS, "default"):
        if keyword not in expected and not (sent and keyword in found and keyword in LIMITS):
            continue
        if sent or not _promises_more(keyword, expected[keyword], found.get(keyword)):
            yield from _equal(f"{where}.{keyword}", expected.get(keyword), found.get(keyword))
    yield from _required(where, set(expected.get("required", ())), set(found.get("required", ())), sent)
    properties = found.get("properties", {})
    for name, member in expected.get("properties", {}).items():
        if name not in properties:
            yield Difference(f"{where}.{name}", "is missing")
        else:
            yield from _schema(f"{where}.{name}", member, properties[name], sent=sent)
    if "items" in expected:
        yield from _schema(f"{where}.items", expected["items"], found.get("items", {}), sent=sent, more_enum=more_enum)


def _promises_more(keyword: str, facts: Any, ours: Any) -> bool:
    if ours is None:
        return False
    return ours > facts if keyword.startswith("min") else ours < facts if keyword.startswith("max") else False


def _required(where: str, facts: set[str], ours: set[str], sent: bool) -> Iterator[Difference]:
    for name in sorted(facts - ours):
        yield Difference(f"{where}.{name}", "is not required, and is by the facts")
    for name in sorted(ours - facts) if sent else ():
        yield Difference(f"{where}.{name}", "is required, and is not by the facts")


def _plain(schema: Schema) -> Schema:
    """One spelling for what OpenAPI can say in several: null among types, an `allOf` of one, a choice with null."""
    plain = {name: value for name, value in schema.items() if name not in ("allOf", "oneOf", "anyOf", "type", "$ref")}
    types = {schema["type"]} if isinstance(schema.get("type"), str) else set(schema.get("type", ()))
    nullable = "null" in types
    if "$ref" in schema:
        plain["ref"] = schema["$ref"].removeprefix(REF)
    parts = [part for word in ("allOf", "oneOf", "anyOf") for part in schema.get(word, ())]
    rest = [part for part in parts if part != {"type": "null"}]
    nullable = nullable or len(rest) < len(parts)
    if len(rest) == 1:
        plain = {**_plain(rest[0]), **plain}
        types |= set(plain.pop("types", ()))
        nullable = plain.get("nullable", False) or nullable
    elif rest:
        plain["combined"] = [_plain(part) for part in rest]
    plain["nullable"] = nullable
    plain["types"] = sorted(types - {"null"})
    if "enum" in plain:
        plain["enum"] = sorted(plain["enum"], key=str)
    return plain
