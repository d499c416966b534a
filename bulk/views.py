"""The endpoint of *Atomic Operations*: many changes in one request and one transaction."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import orjson
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from bulk.requests import OPERATIONS, RESULTS, SingleRequest, read_operations
from jsonapi.errors import Answered
from jsonapi.media_types import JSON, JSON_API
from jsonapi.negotiation import spoken_by
from jsonapi.operations import Operation
from jsonapi.parsing import read_body, read_json
from jsonapi.rendering import Document
from jsonapi.views import PartnerView, all_or_nothing
from listings.models import Listing

FROM_THE_REQUEST = ("REMOTE_ADDR", "SERVER_NAME", "SERVER_PORT", "HTTP_HOST")
ATOMIC = "https://jsonapi.org/ext/atomic"


class Operations(PartnerView):
    schema = None  # openapi/bulk.py describes it
    extensions = (ATOMIC,)
    serializer_class = None
    operations = {
        "POST": Operation(
            id="run_operations",
            tag="Operations",
            summary="Change many resources at once",
            scopes=[["listings:write"], ["user:write"]],
        )
    }

    def resource_type(self) -> str:
        return OPERATIONS

    def post(self, request: Request) -> Response:
        spoken_by(request).asked_extensions = frozenset({ATOMIC})  # the answer is in the extension, too
        return self.run(read_operations(read_json(read_body(request))))

    @all_or_nothing
    def run(self, requests: Sequence[SingleRequest]) -> Response:
        # Listings are locked in the order of their ids, as everywhere, which prevents deadlocks.
        ids = sorted({each.listing_id for each in requests if each.listing_id is not None})
        visible = self.access.visible(Listing.objects.filter(pk__in=ids)).select_for_update(of=("self",))
        list(visible.order_by("pk").values_list("pk"))
        return Response(Document({RESULTS: [self._result(each) for each in requests]}))

    def _result(self, single: SingleRequest) -> dict[str, Any]:
        """The result of one operation. Raises Answered with the errors of a failed one, which rolls all back."""
        answer: Any = single.match.func(self._request(single), *single.match.args, **single.match.kwargs)
        if isinstance(answer, Response):
            answer.render()
        document = _document(answer)
        if answer.status_code >= 400:
            headers = {name: answer.headers[name] for name in ("Retry-After",) if name in answer.headers}
            raise Answered(
                answer.status_code, [_placed(error, single.pointer) for error in document["errors"]], headers
            )
        return {"data": document["data"]} if "data" in document else {}

    def _request(self, single: SingleRequest) -> WSGIRequest:
        """The operation as a request of its own, with the rights of this one's token."""
        outer = self.request._request
        body = b"" if single.body is None else orjson.dumps(single.body)
        kept: dict[str, Any] = {name: outer.META[name] for name in FROM_THE_REQUEST if name in outer.META}
        inner = WSGIRequest(
            {
                **kept,
                "REQUEST_METHOD": single.method,
                "PATH_INFO": single.path,
                "QUERY_STRING": single.query,
                "CONTENT_TYPE": JSON,
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_ACCEPT": JSON_API,
                "wsgi.url_scheme": outer.scheme,
                "wsgi.input": BytesIO(body),
            }
        )
        inner.resolver_match = single.match
        # DRF's documented way to give a request its authentication.
        inner._force_auth_user, inner._force_auth_token = self.request.user, self.request.auth  # type: ignore[attr-defined]
        return inner


def _document(answer: HttpResponse) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(answer.content) if answer.content else {}
    return found


def _placed(error: dict[str, Any], pointer: str) -> dict[str, Any]:
    """The error with a source in the whole document."""
    source = error.get("source", {})
    inside = source.get("pointer") or ""
    return error | {"source": {"pointer": pointer + ("/href" if "parameter" in source else inside)}}
