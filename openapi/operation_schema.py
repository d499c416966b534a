"""The OpenAPI document from serializers and operations: the library's schema, with what it cannot infer."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from drf_spectacular.plumbing import ResolvedComponent, build_parameter_type
from drf_spectacular.utils import OpenApiResponse
from drf_spectacular_jsonapi.schemas.converters import JsonApiResourceObject
from drf_spectacular_jsonapi.schemas.openapi import JsonApiAutoSchema
from rest_framework import serializers

from jsonapi.allowed_query import query_rules
from jsonapi.idempotency import HEADER, LONGEST_KEY
from jsonapi.naming import dasherize, underscore
from jsonapi.operations import Operation
from jsonapi.pagination import RESOURCE_META, Pages
from jsonapi.profiles import CURSORS, with_profile
from jsonapi.serializers import StrictMembers
from openapi.errors import EVERYWHERE, READING, RESPONSES, WITH_BODY, ErrorDocument
from openapi.headers import headers_of

IDEMPOTENCY_KEY = build_parameter_type(
    name=HEADER,
    location="header",
    description="A key of your choice, such as a UUID, that makes the request safe to repeat: a request with the same "
    "key and content gets the first answer again. Keys are kept for a day.",
    # A string of RFC 9651, or the bare key.
    schema={
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_KEY,
        "pattern": r'^("([ !#-\[\]-~]|\\["\\])+"|[!#-+.-:<-\[\]-~-]+)$',
    },
)


_TAGS = {"type": "string"}
CONDITIONS = {
    name: build_parameter_type(name=name, location="header", description=f"An extension. {words}", schema=_TAGS)
    for name, words in {
        "If-Match": "Entity tags, or `*`: change the resource only if its state has one of them; otherwise 412.",
        "If-None-Match": "Entity tags that you have, or `*`. Reading answers 304 if the answer has one of them.",
    }.items()
}
CONDITIONAL = {"GET": ("If-None-Match",), "PATCH": ("If-Match",), "DELETE": ("If-Match",)}


class ResourceObject(JsonApiResourceObject):  # type: ignore[misc]
    """The library's resource objects, with ids as strings."""

    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        schema: dict[str, Any] = super().__dict__()
        members = schema["properties"]
        members["type"]["description"] = "The type of the resource."
        # An id is not an attribute, although a serializer without a model has it as a field.
        attributes = members.get("attributes", {})
        attributes.get("properties", {}).pop("id", None)
        if "id" in members:
            members["id"] = {"type": "string", "description": "The id of the resource."}
        if attributes.get("required") and self.method in ("POST", "PATCH"):
            schema["required"].append("attributes")
        fields = self.serializer.fields
        for name, relationship in members.get("relationships", {}).get("properties", {}).items():
            relationship["properties"]["data"]["properties"] = {
                "type": {"type": "string", "enum": relationship["properties"]["data"]["properties"]["type"]["enum"]},
                "id": {"type": "string"},
            }
            relationship.pop("nullable", None)
            if getattr(fields[underscore(name)], "allow_null", False):
                relationship["properties"]["data"]["nullable"] = True  # for OpenAPI 3.1, completion.py spells it
        return schema


class PartnerSchema(JsonApiAutoSchema):  # type: ignore[misc]
    """Operations of a PartnerView."""

    json_api_resource_object_converter_class = ResourceObject

    @property
    def operation(self) -> Operation:
        operation: Operation = self.view.operations[self.method]
        return operation

    def get_operation_id(self) -> str:
        return self.operation.id

    def get_summary(self) -> str:
        return self.operation.summary

    def get_description(self) -> str:
        scopes = " or ".join(" and ".join(f"`{name}`" for name in each) for each in self.operation.scopes)
        tier = "App-level only" if self.operation.app_level else "App-level or user-scoped"
        rights = f"Scope: {scopes}. Token: {tier.lower()}."
        return "\n\n".join(filter(None, [self.operation.description, rights, self._deprecation_in_words()]))

    def _deprecation_in_words(self) -> str:
        deprecation = self.operation.deprecation
        if deprecation is None:
            return ""
        until = f", and stops working on {deprecation.sunset:%Y-%m-%d}" if deprecation.sunset else ""
        return f"Deprecated since {deprecation.since:%Y-%m-%d}{until}: see {deprecation.link}."

    def is_deprecated(self) -> bool:
        return self.operation.deprecation is not None

    def get_tags(self) -> list[str]:
        return [self.operation.tag]

    def get_extensions(self) -> dict[str, Any]:
        return {"x-token-tier": self.operation.tier}

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{"oauth2": scopes} for scopes in self.operation.scopes] + [{"personalAccessToken": []}]

    def get_request_serializer(self) -> Any:
        return self.operation.request

    def map_parsers(self) -> Any:
        return self.content_types

    def map_renderers(self, attribute: str) -> list[str]:
        return self.content_types if attribute == "media_type" else ["vnd.api+json"]

    def _is_list_view(self, serializer: Any = None) -> bool:
        return bool(self.view.is_collection and self.method == "GET")

    def get_response_serializers(self) -> dict[int, Any]:
        operation = self.operation
        responses: dict[int, Any] = {operation.status: operation.answer and operation.answer()}
        for status, words in operation.also.items():
            responses[status] = OpenApiResponse(None, description=words)
        if self.method == "GET":
            responses[304] = OpenApiResponse(None, description="You have this answer: `If-None-Match` names its tag.")
        for status in sorted({*EVERYWHERE, *self._statuses(), *operation.errors}):
            responses[status] = OpenApiResponse(ErrorDocument)
        return responses

    def _statuses(self) -> Iterable[int]:
        yield from WITH_BODY if self.operation.request else READING
        if "{" in self.path:
            yield 404
        elif self.view.is_collection and self.method == "GET":
            yield 404  # a page that does not exist
        if self.method in ("PATCH", "DELETE"):
            yield 412
        if self.method == "POST":
            yield from (400, 409, 422)  # the Idempotency-Key is malformed, in use, or was sent with another request

    def _get_response_for_code(
        self, serializer: Any, status_code: Any, media_types: Any = None, direction: str = "response"
    ) -> Any:
        if isinstance(serializer, OpenApiResponse) and serializer.response is ErrorDocument:
            self.resolve_serializer(ErrorDocument, "response")  # names it in components
            return {"$ref": f"#/components/responses/{RESPONSES[int(status_code)][0]}"}
        response = super()._get_response_for_code(serializer, status_code, media_types, direction)
        response["description"] = response.get("description") or HTTPStatus(int(status_code)).phrase
        self._document_included(response)
        if self._is_list_view() and status_code in (200, "200"):
            self._document_pages_at_cursors(response)
        return response

    def _get_response_headers_for_code(self, status_code: Any, direction: str = "response") -> dict[str, Any]:
        return headers_of(int(status_code), self.method, is_deprecated=self.is_deprecated())

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        """Dasherizes names at every depth; the library dasherizes only the attributes of resources."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        if not self.is_json_api_resource_serializer(serializer):
            schema["properties"] = {dasherize(name): inner for name, inner in schema.get("properties", {}).items()}
            if "required" in schema:
                schema["required"] = [dasherize(name) for name in schema["required"]]
        if direction == "request":
            self._close_objects(serializer, schema)
        elif self.is_json_api_resource_serializer(serializer):
            self._complete_resource(schema)
        return schema

    @staticmethod
    def _complete_resource(schema: dict[str, Any]) -> None:
        """Adds what a resource has in every answer. The library takes a POST's answer for a resource without an id."""
        members = schema["properties"]
        members.setdefault("id", {"type": "string", "description": "The id of the resource."})
        members["meta"] = {"$ref": f"#/components/schemas/{RESOURCE_META}"}
        # Sparse fieldsets can leave out all attributes.
        schema["required"] = [name for name in schema["required"] if name not in ("id", "attributes")] + ["id"]

    def _close_objects(self, serializer: Any, schema: dict[str, Any]) -> None:
        """Documents that unknown attributes are refused. JSON:API requires that other unknown members are ignored."""
        closed = schema
        if self.is_json_api_resource_serializer(serializer):
            schema.pop("additionalProperties", None)
            closed = schema["properties"]["attributes"]
        if isinstance(serializer, StrictMembers):
            closed["additionalProperties"] = False

    def _map_serializer_field(self, field: Any, direction: str, bypass_extensions: bool = False) -> Any:
        """Adds two facts that the library leaves out: the longest list of objects, the type of a nullable object."""
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        longest = getattr(field, "max_length", None) if isinstance(field, serializers.ListSerializer) else None
        if longest and direction == "request":
            schema["maxItems"] = longest
        if schema.get("nullable") and "allOf" in schema:
            schema["type"] = "object"  # in OpenAPI 3.0, `nullable` needs a type beside it
        return schema

    def _document_included(self, response: dict[str, Any]) -> None:
        """Adds `included`, which the library leaves out of the documents of operations that accept `include`."""
        included = getattr(self.view.serializer_class, "included_serializers", None)
        if self.method != "GET" or not included or "content" not in response:
            return
        frame = response["content"][self.content_types[0]]["schema"]["$ref"].rpartition("/")[2]
        kinds = [self.resolve_serializer(serializer(), "response").ref for serializer in included.values()]
        self.registry[(frame, ResolvedComponent.SCHEMA)].schema["properties"]["included"] = {
            "type": "array",
            "items": {"anyOf": kinds} if len(kinds) > 1 else kinds[0],
            "description": "The related resources that `include` asked for, each once.",
        }

    def _document_pages_at_cursors(self, response: dict[str, Any]) -> None:
        """Adds the document that answers with the profile of cursor pagination: it differs in `meta`."""
        content = response["content"]
        frame = content[self.content_types[0]]["schema"]["$ref"].rpartition("/")[2]
        numbered = self.registry[(frame, ResolvedComponent.SCHEMA)].schema
        content[with_profile(CURSORS)] = {"schema": Pages.at_cursor(numbered)}

    def get_override_parameters(self) -> list[Any]:
        return []

    def _process_override_parameters(self, direction: str = "request") -> dict[Any, Any]:
        parameters = {(name, "query"): parameter for name, parameter in self._query_parameters()}
        if self.method == "POST":
            parameters[HEADER, "header"] = IDEMPOTENCY_KEY
        for name in CONDITIONAL.get(self.method, ()):
            parameters[name, "header"] = CONDITIONS[name]
        return parameters

    def _query_parameters(self) -> Iterable[tuple[str, dict[str, Any]]]:
        rules = query_rules(type(self.view), self.method)  # type: ignore[arg-type]
        if rules.sort:
            yield "sort", self._sort_parameter()
        if rules.includes:
            words = "Related resources to add to `included`."
            yield (
                "include",
                self._list_parameter("include", map(dasherize, self._ordered(rules.includes)), words),
            )
        for type_, members in rules.fields.items():
            name = f"fields[{type_}]"
            words = f"The only fields of {type_} in the answer."
            yield name, self._list_parameter(name, map(dasherize, self._ordered(members)), words)
        for name in sorted(rules.filters):
            filter_ = self.view.filterset_class.base_filters[name]
            yield (
                f"filter[{dasherize(name)}]",
                build_parameter_type(
                    name=f"filter[{dasherize(name)}]",
                    location="query",
                    schema=dict(getattr(filter_, "schema", {"type": "string"})),
                    description=filter_.extra.get("help_text"),
                ),
            )
        for name, schema in self.operation.parameters.items():
            values = dict(schema)
            description = values.pop("description", None)
            yield name, build_parameter_type(name=name, location="query", description=description, schema=values)

    def _sort_parameter(self) -> dict[str, Any]:
        terms = [sign + dasherize(name) for name in self.view.sort_fields for sign in ("", "-")]
        default = dasherize(self.view.default_sort)
        if self.view.sorts_by_one:
            schema = {"type": "string", "enum": terms, "default": default}
            words = "The field to sort by; `-` means descending."
            return build_parameter_type(name="sort", location="query", schema=schema, description=words)
        words = f"Fields to sort by, the most important first; `-` means descending. The default is `{default}`."
        return self._list_parameter("sort", terms, words)

    def _ordered(self, names: Iterable[str]) -> list[str]:
        """Set members in the serializer's order, so that the document is the same every time."""
        order = {name: place for place, name in enumerate(self._get_serializer().fields)}
        return sorted(names, key=lambda name: (order.get(underscore(name), len(order)), name))

    @staticmethod
    def _list_parameter(name: str, values: Iterable[str], description: str) -> dict[str, Any]:
        return build_parameter_type(
            name=name,
            location="query",
            schema={"type": "array", "items": {"type": "string", "enum": list(values)}},
            explode=False,
            description=description,
        )

    def _get_filter_parameters(self) -> list[Any]:
        return []

    def _get_pagination_parameters(self) -> list[Any]:
        return super()._get_pagination_parameters() if self.view.is_collection else []

    def _resolve_path_parameters(self, variables: Any) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._resolve_path_parameters(variables)
        for parameter in parameters:
            parameter["description"] = f"The {parameter['name'].removesuffix('_id')}'s id."
        return parameters
