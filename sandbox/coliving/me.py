"""`/me`: the host behind a key."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.coliving.envelope import success
from sandbox.coliving.keys import portfolio_of
from sandbox.world.portfolios import PORTFOLIOS

HOST_SINCE = datetime(2021, 3, 15, 8, tzinfo=UTC)


class Me:
    def route(self) -> Route:
        return Route("/me", self.retrieve, methods=["GET"])

    async def retrieve(self, request: Request) -> Response:
        host = PORTFOLIOS[portfolio_of(request)]
        return success(
            {"name": host.contact, "email": host.email, "created_at": f"{HOST_SINCE:%Y-%m-%dT%H:%M:%SZ}"},
        )
