"""JSON answers."""

from typing import Any

import orjson
from starlette.responses import Response


def json_response(document: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")
