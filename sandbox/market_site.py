"""`/market/…`: a site that publishes market data of the world's cities. It is not part of any channel.

`GET /market/` lists the cities with their days; `/market/<city>/<day>/listings.csv.gz` and `calendar.csv.gz` are the
files of a day.
"""

import asyncio
import re
import unicodedata
import zlib
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Mount, Route

from sandbox.json_response import json_response
from sandbox.market_files import MarketFiles
from sandbox.markets import MARKETS
from sandbox.state import Sandbox
from sandbox.world.days import day_of
from sandbox.world.places import PLACES

DAYS_AGO = (28, 21, 14, 7, 0)
"""The days that the index offers."""
OLDEST = 400
"""Days ago. Files of other days up to this one are there too."""
GZIP = 16 + zlib.MAX_WBITS
PATHS = {
    re.sub(r"[^a-z]+", "-", unicodedata.normalize("NFKD", city).lower()).strip("-"): city for city in sorted(MARKETS)
}


class Read(Protocol):
    """The type of the two methods of MarketFiles."""

    def __call__(self, city: str, day: date, *, now: int) -> Iterator[bytes]: ...


class MarketSite:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._files = MarketFiles(sandbox.world, seed=sandbox.settings.seed)

    def routes(self) -> Mount:
        return Mount(
            "/market",
            routes=[
                Route("/", self.index),
                Route("/{path}/{day}/listings.csv.gz", self.listings),
                Route("/{path}/{day}/calendar.csv.gz", self.calendar),
            ],
        )

    async def index(self, request: Request) -> Response:
        today = self._today()
        dates = [(today - timedelta(days=ago)).isoformat() for ago in DAYS_AGO]
        markets = [
            {
                "city": city, "country": PLACES[city].country, "currency": PLACES[city].currency, "path": path,
                "dates": dates,
            }
            for path, city in PATHS.items()
        ]  # fmt: skip
        return json_response({"source": "inside-airbnb", "markets": markets})

    async def listings(self, request: Request) -> Response:
        return self._answer(request, self._files.listings)

    async def calendar(self, request: Request) -> Response:
        return self._answer(request, self._files.calendar)

    def _answer(self, request: Request, read: Read) -> Response:
        self._sandbox.follow_clock()
        found = self._asked(request)
        if found is None:
            return json_response({"error": "There is no file of this city and day. GET /market/ lists them."}, 404)
        pieces = read(*found, now=self._sandbox.clock.now())
        return StreamingResponse(_packed(pieces), media_type="application/gzip")

    def _asked(self, request: Request) -> tuple[str, date] | None:
        city = PATHS.get(request.path_params["path"])
        try:
            day = date.fromisoformat(request.path_params["day"])
        except ValueError:
            return None
        return (city, day) if city and 0 <= (self._today() - day).days <= OLDEST else None

    def _today(self) -> date:
        return date.fromordinal(day_of(self._sandbox.clock.now()))


async def _packed(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Packed with gzip, the same each time: the header has no time."""
    packer = zlib.compressobj(1, zlib.DEFLATED, GZIP)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
        await asyncio.sleep(0)  # the sandbox has one thread, and others wait
    yield packer.flush()
