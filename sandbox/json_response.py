"""Answers with a JSON body."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response


def json_response(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(document), status, headers, media_type="application/json")
