"""The published schema, put together from all rooms."""

from typing import Any

from drf_spectacular.settings import spectacular_settings

from connectors import registry
from oauth.scopes import SCOPES
from openapi.completion import complete

CREATE_ACCOUNT = "/api/v1/users/{user_id}/accounts/"


def complete_schema(result: dict[str, Any], generator: Any, **kwargs: Any) -> dict[str, Any]:
    """drf-spectacular's post-processing hook."""
    return complete(
        result,
        version=spectacular_settings.OAS_VERSION,
        scopes=SCOPES,
        channels=[registry.get(slug) for slug in registry.SUPPORTED],
        create_account=CREATE_ACCOUNT,
    )
