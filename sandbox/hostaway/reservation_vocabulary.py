"""Hostaway's words for the sources and statuses of reservations."""

from collections.abc import Mapping
from typing import Any

from sandbox.world.stays import Status, Stay

BOOKING_CHANNELS = {
    "direct": (2000, "direct"),
    "vrbo": (2002, "homeaway"),
    "bookingcom": (2005, "bookingcom"),
    "expedia": (2007, "expedia"),
    "homeawayical": (2009, "homeawayical"),
    "vrboical": (2010, "vrboical"),
    "website": (2013, "bookingengine"),
    "customIcal": (2015, "customIcal"),
    "tripadvisorical": (2016, "tripadvisorical"),
    "wordpress": (2017, "wordpress"),
    "airbnb": (2018, "airbnbOfficial"),
    "marriott": (2019, "marriott"),
    "partner": (2020, "partner"),
    "gds": (2021, "gds"),
    "google": (2022, "google"),
}
"""Maps the source of a booking to the id and name of Hostaway's channel."""
SOURCE_OF_CHANNEL = {channel_id: source for source, (channel_id, _) in BOOKING_CHANNELS.items()}
WIRE_STATUS = {
    Status.CONFIRMED: "new",
    Status.MODIFIED: "modified",
    Status.AWAITING_PAYMENT: "awaitingPayment",
    Status.REQUESTED: "pending",
    Status.OWNER: "ownerStay",
    Status.CANCELLED: "cancelled",
    Status.DECLINED: "declined",
    Status.EXPIRED: "expired",
    Status.INQUIRY: "inquiry",
    Status.INQUIRY_TIMED_OUT: "inquiryTimedout",
}
VRBO_STATUS = {Status.REQUESTED: "unconfirmed", Status.DECLINED: "cancelled", Status.EXPIRED: "cancelled"}
"""Statuses that have other names for bookings from Vrbo."""
STATUS_OF_WIRE = {wire: status for status, wire in WIRE_STATUS.items()} | {
    "unconfirmed": Status.REQUESTED,
    "awaitingGuestVerification": Status.AWAITING_PAYMENT,
    "inquiryPreapproved": Status.INQUIRY,
    "inquiryDenied": Status.DECLINED,
    "inquiryNotPossible": Status.EXPIRED,
    "unknown": Status.EXPIRED,
}
"""Maps every documented status to the world's status."""


def channel_of(source: str) -> tuple[int, str]:
    """Id and name of the channel. Owner stays belong to the direct channel."""
    return BOOKING_CHANNELS.get(source, BOOKING_CHANNELS["direct"])


def status_of(stay: Stay, kept: Mapping[str, Any]) -> str:
    """The status in Hostaway's words: the one that a client sent, or else the world's."""
    if "status" in kept:
        return str(kept["status"])
    status = Status(stay.status)
    return VRBO_STATUS.get(status, WIRE_STATUS[status]) if stay.source == "vrbo" else WIRE_STATUS[status]
