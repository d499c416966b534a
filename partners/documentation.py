"""The OpenAPI document. Each version is generated once per process."""

import threading
from functools import cache
from typing import Any

import orjson
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.settings import patched_settings

OPENAPI_VERSIONS = {"3.0": "3.0.3", "3.1": "3.1.1"}

# drf-spectacular reads the version from a setting of the whole process, so only one thread may generate a document.
_generating = threading.RLock()


def openapi(version: str) -> dict[str, Any]:
    """The OpenAPI document in version `3.0` or `3.1`."""
    with _generating:
        return _generated(version)


def written(version: str, format_: str) -> bytes:
    """The OpenAPI document as `yaml` or `json`."""
    with _generating:
        return _written(version, format_)


@cache
def _generated(version: str) -> dict[str, Any]:
    with patched_settings({"OAS_VERSION": OPENAPI_VERSIONS[version]}):
        document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return document


@cache
def _written(version: str, format_: str) -> bytes:
    if format_ == "json":
        return orjson.dumps(openapi(version), option=orjson.OPT_INDENT_2)
    return bytes(OpenApiYamlRenderer().render(openapi(version)))  # type: ignore[no-untyped-call]
