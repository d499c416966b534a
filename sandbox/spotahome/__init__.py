"""An imitation of Spotahome's legacy REST API, below `/spotahome/api/`."""

from starlette.requests import Request

from sandbox.channel import Channel
from sandbox.spotahome import (
    agreements,
    availabilities,
    changelogs,
    listings,
    occupancy_changes,
    photo_changes,
    photos,
    prices,
    properties,
    videos,
)
from sandbox.spotahome.landlords import TOKENS, landlord_of_token
from sandbox.spotahome.problems import Problem, answer_problem, refuse
from sandbox.spotahome.routing import routes_of
from sandbox.spotahome.switches import Switches
from sandbox.state import Sandbox

FAMILIES = (
    listings,
    prices,
    occupancy_changes,
    availabilities,
    agreements,
    properties,
    changelogs,
    photos,
    photo_changes,
    videos,
)
OPERATIONS = [operation for family in FAMILIES for operation in family.OPERATIONS]


def channel(sandbox: Sandbox) -> Channel:
    switches = Switches(sandbox)
    return Channel(
        name="spotahome",
        routes=[switches.route(), *routes_of(OPERATIONS, sandbox, switches)],
        refuse=refuse,
        account_of=_account_of,
        credentials=[{"token": token} for token in TOKENS],
        error_handlers={Problem: answer_problem},
    )


def _account_of(request: Request) -> str | None:
    landlord = landlord_of_token(request.headers.get("authorization", ""))
    return None if landlord is None else str(landlord.portfolio)
