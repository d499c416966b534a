"""The sandbox as one ASGI application: the channels, the control endpoints, an index and a health check."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from sandbox import coliving, direct, hostaway, page, spotahome
from sandbox.channel import Channel
from sandbox.clock import FILE, Clock
from sandbox.control import BAD_CONTROL, Control, bad_control
from sandbox.faults import Faults
from sandbox.gate import Gate
from sandbox.ids import register_id_convertor
from sandbox.json_response import json_response
from sandbox.limits import Limiter
from sandbox.market_site import MarketSite
from sandbox.settings import Settings
from sandbox.state import Sandbox
from sandbox.store import Store
from sandbox.world import World

CHANNELS: tuple[Callable[[Sandbox], Channel], ...] = (
    hostaway.channel,
    coliving.channel,
    direct.channel,
    spotahome.channel,
)


def open_sandbox(settings: Settings) -> Sandbox:
    """The state of a new sandbox. Raises OSError or sqlite3.OperationalError if the data folder is not writable."""
    if settings.data_dir == ":memory:":
        store, clock = Store(":memory:"), Clock()
    else:
        folder = Path(settings.data_dir)
        folder.mkdir(parents=True, exist_ok=True)
        store, clock = Store(str(folder / "sandbox.sqlite3")), Clock(folder / FILE)
    return Sandbox(
        settings=settings,
        clock=clock,
        store=store,
        world=World(seed=settings.seed, store=store),
        faults=Faults(seed=settings.seed),
        limiter=Limiter(enabled=settings.limits),
    )


def create_app(settings: Settings, sandbox: Sandbox | None = None) -> Starlette:
    """The application, on the given state or on a new one."""
    sandbox = sandbox or open_sandbox(settings)
    register_id_convertor()
    channels = [build(sandbox) for build in CHANNELS]

    async def index(request: Request) -> Response:
        if page.wants_page(request):
            return page.page()
        base = str(request.base_url).rstrip("/")
        return json_response(
            {
                "channels": {
                    channel.name: {"url": f"{base}/{channel.name}", "credentials": list(channel.credentials)}
                    for channel in channels
                },
                "control": f"{base}/_control",
                "market": f"{base}/market/",
            },
            headers={"Vary": "Accept"},
        )

    async def healthz(request: Request) -> Response:
        return json_response({"status": "ok"})

    @asynccontextmanager
    async def background(app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.ensure_future(channel.background()) for channel in channels if channel.background]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    return Starlette(
        lifespan=background,
        routes=[
            Route("/", index),
            Route("/healthz", healthz),
            *page.routes(),
            Control(sandbox).routes(),
            MarketSite(sandbox).routes(),
            *(Mount(f"/{channel.name}", app=Gate(sandbox, channel)) for channel in channels),
        ],
        exception_handlers=dict.fromkeys(BAD_CONTROL, bad_control),
    )
