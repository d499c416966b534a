"""The parts of the published schema that no serializer describes, and what is said once for all operations."""

from typing import Any

from drf_spectacular.settings import spectacular_settings

from oauth.scopes import SCOPES
from openapi.channels import channels, channels_in_words
from openapi.errors import error_responses
from openapi.examples import add_examples, examples
from openapi.headers import HEADERS
from openapi.links import add_links
from openapi.tokens import SCHEMAS, token_paths

TAGS = {
    "OAuth2": "Tokens.",
    "Users": "Customers of yours, and their logins.",
    "Accounts": "Users' connections to channels.",
    "Listings": "What is priced, night by night.",
    "Customizations": "How the user steers the prices of a listing.",
}
SECURITY = {
    "oauth2": {
        "type": "oauth2",
        "description": "Client credentials; add `user_id` for a user-scoped token.",
        "flows": {"clientCredentials": {"tokenUrl": "/o/token/", "refreshUrl": "/o/token/", "scopes": SCOPES}},
    },
    "personalAccessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "PersonalAccessToken",
        "description": "A long-lived token of one credential, which begins with `bpat_`.",
    },
}


def complete(result: dict[str, Any], generator: Any, **kwargs: Any) -> dict[str, Any]:
    """drf-spectacular's post-processing hook."""
    result["servers"] = [{"url": "/", "description": "This server"}]
    result["tags"] = [{"name": name, "description": words} for name, words in TAGS.items()]
    for path in result["paths"].values():
        for operation in path.values():
            add_examples(operation)
            add_links(operation)
    _say_channels(result["paths"]["/api/v1/users/{user_id}/accounts/"]["post"])
    result["paths"] |= token_paths(examples()["operations"])
    components = result["components"]
    components["schemas"] |= SCHEMAS
    components["responses"] = error_responses(examples()["errors"])
    components["headers"] = HEADERS
    components["securitySchemes"] = SECURITY
    return nulls_as_types(result) if spectacular_settings.OAS_VERSION.startswith("3.1") else result


def _say_channels(create_account: dict[str, Any]) -> None:
    create_account["description"] += f"\n\nChannels and their `credentials`:\n\n{channels_in_words()}"
    create_account["x-channels"] = channels()


def nulls_as_types(schema: Any) -> Any:
    """OpenAPI 3.1 has no `nullable`; the description of pages has it all the same."""
    if isinstance(schema, list):
        return [nulls_as_types(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {name: nulls_as_types(inner) for name, inner in schema.items() if name != "nullable"}
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        copy["type"] = [schema["type"], "null"]
    return copy
