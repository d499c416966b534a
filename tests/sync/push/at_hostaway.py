"""Steps of the push tests: run the worker, change the channel, and read what was recorded."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from connectors.values import RemoteListing, RemoteNight
from customizations.services import customize
from jobs.models import Job
from jobs.worker import JobWorker
from listings.models import ChannelListing, Listing, PostedNights
from listings.services.activation import activate
from listings.services.pushing import queue_push
from sandbox.server import RunningSandbox
from sync.channels import connector
from sync.connecting import connection_for
from sync.rates import HORIZON
from tests.partner import Partner
from tests.queued import pushes_of
from users.models import Account

CREDENTIALS = {"client_id": "10003", "client_secret": "sandbox-secret"}
INTERVALS = r"/calendarIntervals$"


def remote_listings(account: Account) -> list[RemoteListing]:
    pages = connector("hostaway").listings(connection_for(account))
    return [row for page in pages for row in page if isinstance(row, RemoteListing)]


def work() -> None:
    """Run the jobs that are due, as the worker process would."""
    JobWorker().drain()


def push(listing: Listing) -> Job:
    """Queue and run a push of the listing, and return its job."""
    queue_push(listing, datetime.now(UTC))
    work()
    return pushes_of(listing).latest("id")


def set_rules(shown: ChannelListing, customization: str | None, changes: dict[str, Any]) -> None:
    """Change a customization of the listing, as a partner would."""
    customize(Listing.objects.all(), shown.listing_id, customization, changes, now=datetime.now(UTC))


def switch(shown: ChannelListing, *, enabled: bool, base_price: int | None = None) -> None:
    """Enable or disable the listing, as a partner would."""
    activate(Listing.objects.all(), shown.listing_id, enabled=enabled, base_price=base_price, now=datetime.now(UTC))


def nights(shown: ChannelListing) -> list[date]:
    first = datetime.now(UTC).date()
    return [first + timedelta(days=ahead) for ahead in range(1, HORIZON - 1)]


def at_the_channel(shown: ChannelListing) -> dict[date, RemoteNight]:
    """Return the nights of the listing, read through Hostaway's API."""
    remote = RemoteListing(shown.channel_listing_id, "", currency=shown.listing.currency)
    first, *_, last = nights(shown)
    read = connector("hostaway").calendar(connection_for(shown.account), remote, first, last)
    return {night.night: night for night in read}


def prices_at_the_channel(shown: ChannelListing) -> list[int | None]:
    return [night.price for night in at_the_channel(shown).values()]


def set_by_the_host(shown: ChannelListing, night: date, **terms: int) -> None:
    """Change a night at Hostaway as its host would, without our server."""
    connection = connection_for(shown.account)
    connection.http.send(
        "PUT",
        f"/listings/{shown.channel_listing_id}/calendar",
        body={"startDate": str(night), "endDate": str(night), **terms},
        headers={"Authorization": f"Bearer {connection.recall()['access_token']}"},
    )


def requests(hostaway: RunningSandbox, method: str = "") -> list[str]:
    """Return the paths of the requests that Hostaway received, oldest first."""
    # Over HTTP like forget_requests, because the sandbox logs a request only after it has answered it.
    log = httpx.get(f"{hostaway.base_url}/_control/requests", params={"channel": "hostaway", "method": method})
    return [request["path"] for request in log.json()["requests"]]


def forget_requests(hostaway: RunningSandbox) -> None:
    httpx.delete(f"{hostaway.base_url}/_control/requests")


def posted(shown: ChannelListing) -> dict[str, list]:
    row = PostedNights.objects.filter(channel_listing=shown).first()
    return row.nights if row else {}


def calendar_of(partner: Partner, listing: Listing) -> list[dict]:
    query = {"page[size]": "100", "filter[start-date]": str(datetime.now(UTC).date() + timedelta(days=1))}
    return [entry["attributes"] for entry in partner.get(f"/listings/{listing.pk}/calendar/", query).data]
