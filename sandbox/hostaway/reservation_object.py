"""A reservation in Hostaway's form."""

from collections.abc import Mapping
from typing import Any

from sandbox.hostaway.amounts import Amounts, amounts_of, components
from sandbox.hostaway.arguments import day_text, instant_text
from sandbox.hostaway.listing_object import unit_id
from sandbox.hostaway.reservation_vocabulary import channel_of, status_of
from sandbox.world.days import day_of
from sandbox.world.guests import Guest
from sandbox.world.listings import Listing
from sandbox.world.stays import Status, Stay

UNDATED_EVERY = 9
"""Every inquiry whose id is a multiple of this has no dates."""
CANCELLED_BY_HOST_EVERY = 10
"""Every cancelled stay whose id is a multiple of this was cancelled by the host, the others by the guest."""
# fmt: off
KEPT = (
    "isManuallyChecked", "isInitial", "guestName", "guestFirstName", "guestLastName", "guestZipCode", "guestAddress",
    "guestCity", "guestCountry", "guestEmail", "guestPicture", "guestRecommendations", "guestTrips", "guestWork",
    "adults", "children", "infants", "pets", "checkInTime", "checkOutTime", "phone", "totalPrice", "taxAmount",
    "channelCommissionAmount", "cleaningFee", "securityDepositFee", "isPaid", "currency", "hostNote", "guestNote",
    "guestLocale", "doorCode", "doorCodeVendor", "doorCodeInstruction", "comment", "customerUserId",
    "customFieldValues", "airbnbExpectedPayoutAmount", "airbnbListingBasePrice", "airbnbListingCleaningFee",
    "airbnbListingHostFee", "airbnbTotalPaidAmount", "assigneeUserId", "isStarred", "isPinned", "isArchived",
    "reservationAgreement", "channelReservationId", "confirmationCode",
)
"""Members that are kept as a client sends them."""
NULLS = (
    "externalPropertyId", "externalRatePlanId", "externalUnitId", "assigneeUserId", "manualIcalId", "manualIcalName",
    "guestExternalAccountId", "guestZipCode", "guestAddress", "guestPicture", "guestRecommendations", "guestTrips",
    "guestWork", "paymentMethod", "stripeGuestId", "hostNote", "guestNote", "doorCode", "doorCodeVendor",
    "doorCodeInstruction", "comment", "airbnbListingCancellationHostFee", "airbnbListingCancellationPayout",
    "airbnbListingSecurityPrice", "airbnbOccupancyTaxAmountPaidToHost", "airbnbTransientOccupancyTaxPaidAmount",
    "airbnbCancellationPolicy", "airbnbExpectedPayoutAmount", "airbnbListingBasePrice", "airbnbListingCleaningFee",
    "airbnbListingHostFee", "airbnbTotalPaidAmount", "guestAuthHash", "guestPortalUrl", "customerUserId",
    "rentalAgreementFileUrl", "guestPaymentCardIsVirtual", "insuranceStatus", "claimStatus", "insurancePolicyId",
    "cancellationPolicyId", "cancellationPolicy", "hostProxyEmail", "bookingcomSpecialRequests",
    "bookingcomSmokingPreference",
    "bookingcomIsGeniusMember", "bookingcomBookerName", "bookingcomBookerCompany", "bookingcomNoShowReportedAt",
    "bookingcomNoShowFeeWaived", "pendingExpireDate", "securityDepositFee", "confirmationCode",
)
"""Members that are null by default."""
# fmt: on


def amounts_of_stay(stay: Stay, listing: Listing) -> Amounts:
    return amounts_of(listing, rent=stay.rent, nights=stay.nights, guests=stay.guests, source=stay.source)


def reservation_object(
    stay: Stay,
    kept: Mapping[str, Any],
    listing: Listing,
    guest: Guest,
    *,
    now: int,
    resources: bool,
    policy: bool,
) -> dict[str, Any]:
    """`resources` fills the supplementary lists, and `policy` adds the cancellation policies. `now` in unix seconds."""
    channel_id, channel_name = channel_of(stay.source)
    status = status_of(stay, kept)
    rendered: dict[str, Any] = {
        "id": stay.id,
        "hostawayReservationId": stay.id,
        "listingMapId": stay.listing,
        "channelId": channel_id,
        "channelName": channel_name,
        "source": None,
        "reservationId": f"{channel_name}-{stay.id}",
        "channelReservationId": f"{channel_name}-{stay.id}",
        "status": status,
        "reservationDate": instant_text(stay.booked_at),
        **_dates(stay, now),
        "numberOfGuests": stay.guests,
        "adults": stay.guests,
        "children": 0,
        "infants": 0,
        "pets": 0,
        "checkInTime": listing.check_in_hour,
        "checkOutTime": listing.check_out_hour,
        "isProcessed": 1,
        "isManuallyChecked": 0,
        "isInitial": 0,
        "isInstantBooked": int(listing.instant_bookable),
        "isStarred": 0,
        "isPinned": 0,
        "isArchived": 0,
        "hasPullError": 0,
        "reservationAgreement": "not_required",
        "updatedOn": instant_text(stay.changed_at),
        "latestActivityOn": instant_text(stay.changed_at),
        **_cancellation(stay, status),
        **dict.fromkeys(NULLS),
        **_guest(guest),
        **_money(stay, listing),
    }
    rendered |= {"customFieldValues": [], **kept}
    rendered["reservationId"] = rendered["channelReservationId"]
    if not resources:
        rendered["customFieldValues"] = []
    rendered["reservationFees"] = _fees(stay, listing) if resources else []
    rendered["reservationUnit"] = _units(stay, listing, guest) if resources and listing.units > 1 else []
    if policy:
        rendered["cancellationPolicyDetails"] = {"name": "moderate", "freeCancellationDays": 5}
        rendered |= dict.fromkeys(("bookingCancellationPolicy", "vrboCancellationPolicy", "marriottCancellationPolicy"))
    return rendered


def calculated_finance_fields(stay: Stay, listing: Listing) -> list[dict[str, Any]]:
    """The components of the total price. Owner stays have none."""
    if stay.status == Status.OWNER:
        return []
    fields = components(amounts_of_stay(stay, listing))
    return [{"id": stay.id * 10 + number, **field} for number, field in enumerate(fields, 1)]


def _dates(stay: Stay, now: int) -> dict[str, Any]:
    inquiry = stay.status in (Status.INQUIRY, Status.INQUIRY_TIMED_OUT)
    if inquiry and not stay.written and stay.id % UNDATED_EVERY == 0:
        yesterday = day_text(day_of(now) - 1)
        return {"arrivalDate": yesterday, "departureDate": yesterday, "nights": 0, "isDatesUnspecified": 1} | (
            dict.fromkeys(("previousArrivalDate", "previousDepartureDate"))
        )
    before = stay.previous_departure
    return {
        "arrivalDate": day_text(stay.arrival),
        "departureDate": day_text(stay.departure),
        "nights": stay.nights,
        "isDatesUnspecified": 0,
        "previousArrivalDate": None if before is None else day_text(stay.arrival),
        "previousDepartureDate": None if before is None else day_text(before),
    }


def _cancellation(stay: Stay, status: str) -> dict[str, Any]:
    if status != "cancelled":
        return {"cancellationDate": None, "cancelledBy": None}
    by_host = stay.id % CANCELLED_BY_HOST_EVERY == 0
    return {
        "cancellationDate": instant_text(stay.cancelled_at or stay.changed_at),
        "cancelledBy": "host" if by_host else "guest",
    }


def _guest(guest: Guest) -> dict[str, Any]:
    return {
        "guestName": guest.name,
        "guestFirstName": guest.first_name,
        "guestLastName": guest.last_name,
        "guestEmail": guest.email,
        "phone": guest.phone,
        "guestCity": guest.city,
        "guestCountry": guest.country_code,
        "guestLocale": guest.language,
    }


def _money(stay: Stay, listing: Listing) -> dict[str, Any]:
    names = ("totalPrice", "taxAmount", "channelCommissionAmount", "hostawayCommissionAmount", "cleaningFee")
    if stay.status == Status.OWNER:
        return {**dict.fromkeys(names), "currency": listing.currency, "isPaid": 0, "remainingBalance": None} | {
            "financeField": []
        }
    amounts = amounts_of_stay(stay, listing)
    money = {
        "totalPrice": amounts.total,
        "taxAmount": amounts.tax,
        "channelCommissionAmount": amounts.commission,
        "hostawayCommissionAmount": 0.0,
        "cleaningFee": amounts.cleaning,
        "currency": listing.currency,
        "isPaid": int(stay.source in ("airbnb", "vrbo")),
        "remainingBalance": 0.0,
        "financeField": calculated_finance_fields(stay, listing),
    }
    if stay.source == "airbnb":
        money |= {
            "airbnbListingBasePrice": amounts.rent,
            "airbnbListingCleaningFee": amounts.cleaning,
            "airbnbListingHostFee": -amounts.commission,
            "airbnbTotalPaidAmount": amounts.total,
            "airbnbExpectedPayoutAmount": round(amounts.total - amounts.commission, 2),
        }
    return money


def _fees(stay: Stay, listing: Listing) -> list[dict[str, Any]]:
    if stay.status == Status.OWNER:
        return []
    at = instant_text(stay.booked_at)
    fee = {
        "accountId": stay.portfolio,
        "listingMapId": stay.listing,
        "reservationId": stay.id,
        "name": "Cleaning fee",
        "amount": listing.cleaning_fee,
        "currency": listing.currency,
        "percentage": None,
        "isIncluded": 1,
        "isPerNight": 0,
        "isPerPerson": 0,
        "isImported": 0,
        "insertedOn": at,
        "updatedOn": at,
    }
    return [fee]


def _units(stay: Stay, listing: Listing, guest: Guest) -> list[dict[str, Any]]:
    unit = {
        "id": stay.id,
        "reservationId": stay.id,
        "listingUnitId": unit_id(listing.id, stay.unit),
        "guestName": guest.name,
        "numberOfGuests": stay.guests,
        "adults": stay.guests,
        "children": 0,
        "infants": 0,
        "totalPrice": None if stay.status == Status.OWNER else amounts_of_stay(stay, listing).total,
    }
    return [unit]
