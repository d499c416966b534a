"""How listings and recommendations appear in the audit trail."""

from audit.services import Resource
from listings.models import Listing, Recommendation


def audited_listing(listing: Listing) -> Resource:
    return Resource("listings", listing.pk, listing.application_id, listing.owner_id)


def audited_recommendation(recommendation: Recommendation, listing: Listing) -> Resource:
    return Resource("recommendations", recommendation.pk, listing.application_id, listing.owner_id)
