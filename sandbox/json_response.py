"""Answers with a JSON body."""

import orjson
from starlette.responses import Response


def json_response(document: object, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")
