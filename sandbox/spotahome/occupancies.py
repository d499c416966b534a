"""Occupancies: the world's stays in Spotahome's form, and how they are written.

The end date is the day of departure, which is not an occupied night.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sandbox.spotahome.ads import Ad, Ads
from sandbox.world.stays import HOLDING, IS_HOLDING, STAY, Status, Stay

PMS_SOURCES = frozenset({"direct", "website"})
OWNER_NOTE = "Owner stay"
DESCRIPTIONS = ("note", "source", "bookingRequestId")
"""The members that describe an occupancy."""


@dataclass(frozen=True, slots=True)
class Occupancy:
    start: date
    end: date
    described: dict[str, str]
    """Its descriptions, by the names in DESCRIPTIONS. All of them are optional."""
    stay: Stay | None = None
    """None before it is written."""

    def shown(self) -> dict[str, str]:
        """The occupancy on the wire."""
        return {"from": self.start.isoformat(), "to": self.end.isoformat(), **self.described}


def occupancies_by_listing(ads: Ads, portfolio: int) -> dict[int, list[Occupancy]]:
    """The occupancies of all listings of a portfolio, without those that ended more than two years ago."""
    written = {int(document.id): document.body for document in ads.store.latest(STAY, portfolio, at=ads.at)}
    found: dict[int, list[Occupancy]] = {}
    for stay in ads.world.stays(portfolio, at=ads.at, where=IS_HOLDING, values=[*HOLDING], rest="ORDER BY arrival, id"):
        body = written.get(stay.id) or {"kept": {}}
        found.setdefault(stay.listing, []).append(_occupancy(stay, body["kept"]))
    return found


def occupancies(ads: Ads, ad: Ad) -> list[Occupancy]:
    """The occupancies of one listing, by arrival."""
    where = f"listing = ? AND {IS_HOLDING}"
    stays = ads.world.stays(
        ad.listing.portfolio, at=ads.at, where=where, values=[ad.id, *HOLDING], rest="ORDER BY arrival, id"
    )
    return [_occupancy(stay, ads.world.kept(STAY, stay.id, at=ads.at)) for stay in stays]


def _occupancy(stay: Stay, kept: Mapping[str, Any]) -> Occupancy:
    described: dict[str, str] | None = kept.get("described")
    if described is None:
        described = _generated_description(stay)
    return Occupancy(date.fromordinal(stay.arrival), date.fromordinal(stay.departure), described, stay)


def _generated_description(stay: Stay) -> dict[str, str]:
    """The description of a stay that no client wrote. Owners' stays have no booking request."""
    if stay.status == Status.OWNER:
        return {"note": OWNER_NOTE}
    source = "pms" if stay.source in PMS_SOURCES else "bookingRequest"
    return {"source": source, "bookingRequestId": str(stay.id)}


def replace_occupancies(ads: Ads, ad: Ad, wanted: Sequence[Occupancy]) -> None:
    """Replace the list of occupancies. An occupancy that is already there keeps its stay.

    Two occupancies are the same if their booking requests are the same or, without a booking request, if all their
    members are.
    """
    before = occupancies(ads, ad)
    left = list(before)
    for asked in wanted:
        same = next((occupancy for occupancy in left if _is_same(occupancy, asked)), None)
        if same is not None:
            left.remove(same)
        if same is None or same.shown() != asked.shown():
            write_occupancy(ads, ad, asked, of=same)
    for gone in left:
        remove_occupancy(ads, gone)
    log_occupancies(ads, ad, before, occupancies(ads, ad))


def log_occupancies(ads: Ads, ad: Ad, before: Sequence[Occupancy], after: Sequence[Occupancy]) -> None:
    """Write the changelog's entry for a change of the list."""
    ads.log(ad, "AdOccupanciesWereUpdated", [one.shown() for one in before], [one.shown() for one in after])


def _is_same(one: Occupancy, other: Occupancy) -> bool:
    request = one.described.get("bookingRequestId")
    if request is None:
        return one.shown() == other.shown()
    return request == other.described.get("bookingRequestId")


def write_occupancy(ads: Ads, ad: Ad, asked: Occupancy, *, of: Occupancy | None = None) -> None:
    """Write an occupancy as a stay of the world. `of` is the present occupancy that it replaces, if any."""
    stay = of.stay if of is not None else None
    is_booking = "source" in asked.described or "bookingRequestId" in asked.described
    ads.world.put_stay(
        Stay(
            id=stay.id if stay else ads.world.new_stay_id(),
            portfolio=ad.listing.portfolio,
            listing=ad.id,
            unit=0,
            arrival=asked.start.toordinal(),
            departure=asked.end.toordinal(),
            status=Status.CONFIRMED if is_booking else Status.OWNER,
            source=stay.source if stay else "direct",
            booked_at=stay.booked_at if stay else ads.at,
            changed_at=ads.at,
            cancelled_at=None,
            guests=stay.guests if stay else 1,
            rent=stay.rent if stay else 0.0,
            previous_departure=None,
            written=True,
        ),
        {"described": asked.described},
        at=ads.at,
    )


def remove_occupancy(ads: Ads, occupancy: Occupancy) -> None:
    """Cancel the stay of an occupancy."""
    stay = occupancy.stay
    assert stay is not None  # noqa: S101
    stay.status, stay.cancelled_at = Status.CANCELLED, ads.at
    ads.world.put_stay(stay, {"described": occupancy.described}, at=ads.at)
