"""Reads go to the database that a router chooses, however they are made."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connections
from django.db.models import Model

from listings.models import ChannelListing, Listing
from tests.factories import ChannelListingFactory, CredentialFactory, ListingFactory, UserFactory
from tests.partner import Partner


class Router:
    """Sends reads of some models, or of all, to the replica."""

    def __init__(self, *models: type[Model]) -> None:
        self._models = models

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return "replica" if not self._models or model in self._models else None

    def allow_relation(self, *args: Any, **hints: Any) -> bool:
        return True


@pytest.fixture
def replica(transactional_db: None) -> Iterator[None]:
    """A second connection to the database of the tests, under an alias of its own."""
    connections.settings["replica"] = {**connections.settings["default"], **connections["default"].settings_dict}
    connections["replica"].connect()  # Django's tests let only an open connection of another alias pass
    yield
    connections["replica"].close()
    del connections["replica"]
    del connections.settings["replica"]


@pytest.fixture
def portfolio(replica: None) -> tuple[Partner, Listing]:
    credential = CredentialFactory()
    partner = Partner(credential.user.application)
    listing = ListingFactory(owner=credential.user, enabled=True)
    ChannelListingFactory(listing=listing)
    UserFactory(application=partner.application)
    return partner, listing


def statements(call: Callable[[], Any]) -> dict[str, list[str]]:
    """The SQL statements of a call, by the alias of their connection."""
    seen: dict[str, list[str]] = {"default": [], "replica": []}

    def note(alias: str) -> Callable[..., Any]:
        def execute(run: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
            seen[alias].append(sql)
            return run(sql, parameters, many, context)

        return execute

    with ExitStack() as stack:
        for alias in seen:
            stack.enter_context(connections[alias].execute_wrapper(note(alias)))
        assert call().status == 200
    return seen


READS = [
    "/listings/",
    "/listings/?include=owner&sort=title",
    "/listings/?filter[enabled]=true",
    "/listings/{listing}/",
    "/users/",
    "/users/{owner}/",
    "/users/{owner}/credentials/",
]


@pytest.mark.parametrize("plans", [True, False])
@pytest.mark.parametrize("path", READS)
def test_every_statement_of_a_read_goes_to_the_replica(
    portfolio: tuple[Partner, Listing], settings: Any, path: str, plans: bool
) -> None:
    partner, listing = portfolio
    settings.RENDER_PLANS = plans
    url = path.format(listing=listing.pk, owner=listing.owner_id)
    before = partner.get(url).document  # statements are kept from here, for the default database
    settings.DATABASE_ROUTERS = [Router()]

    seen = statements(lambda: partner.get(url))

    assert seen["replica"]
    assert seen["default"] == []
    assert partner.get(url).document == before


def test_a_router_chooses_for_each_model(portfolio: tuple[Partner, Listing], settings: Any) -> None:
    partner, _ = portfolio
    settings.DATABASE_ROUTERS = [Router(ChannelListing)]

    seen = statements(lambda: partner.get("/listings/?include=owner"))

    assert len(seen["replica"]) == 1
    assert "listings_channellisting" in seen["replica"][0]
    assert len(seen["default"]) == 4  # the token, the count, the page, the owners


def test_reads_by_the_library_leave_no_trace_in_the_choice(portfolio: tuple[Partner, Listing], settings: Any) -> None:
    partner, _ = portfolio
    settings.RENDER_PLANS = False
    settings.DATABASE_ROUTERS = [Router()]
    partner.get("/listings/?include=owner")  # its instances come from the replica
    settings.RENDER_PLANS = True
    settings.DATABASE_ROUTERS = [Router(ChannelListing)]

    seen = statements(lambda: partner.get("/listings/?include=owner"))

    assert (len(seen["replica"]), len(seen["default"])) == (1, 4)
