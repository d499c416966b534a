"""The stable words for what was done. docs/audit.md explains each."""

from enum import StrEnum


class Action(StrEnum):
    USER_CREATED = "user.created"
    USER_DELETED = "user.deleted"
    ACCOUNT_CONNECTED = "account.connected"
    ACCOUNT_REVIVED = "account.revived"
    ACCOUNT_CREDENTIALS_REPLACED = "account.credentials_replaced"
    ACCOUNT_REFRESH_REQUESTED = "account.refresh_requested"
    ACCOUNT_BECAME_INVALID = "account.became_invalid"
    ACCOUNT_PAUSED = "account.paused"
    ACCOUNT_RESUMED = "account.resumed"
    ACCOUNT_DELETED = "account.deleted"
    LISTING_ACTIVATED = "listing.activated"
    LISTING_DEACTIVATED = "listing.deactivated"
    LISTING_PRICES_CHANGED = "listing.prices_changed"
    LISTING_REFRESH_REQUESTED = "listing.refresh_requested"
    BASE_PRICE_CHANGED = "listing.base_price_changed"
    EXTRA_GUEST_FEES_CHANGED = "listing.extra_guest_fees_changed"
    MIN_MAX_PRICES_CHANGED = "listing.min_max_prices_changed"
    MIN_STAYS_CHANGED = "listing.min_stays_changed"
    MAX_STAYS_CHANGED = "listing.max_stays_changed"
    TIME_BASED_ADJUSTMENTS_CHANGED = "listing.time_based_adjustments_changed"
    CHECKIN_CHECKOUT_DAYS_CHANGED = "listing.checkin_checkout_days_changed"
    RECOMMENDATION_APPROVED = "recommendation.approved"
    RECOMMENDATION_COMPLETED = "recommendation.completed"
    RECOMMENDATION_REJECTED = "recommendation.rejected"
    RECOMMENDATION_OUTDATED = "recommendation.outdated"
    RECOMMENDATION_EXPIRED = "recommendation.expired"
    RECOMMENDATION_CANCELED = "recommendation.canceled"
    WEBHOOK_ENDPOINT_CREATED = "webhook_endpoint.created"
    WEBHOOK_ENDPOINT_CHANGED = "webhook_endpoint.changed"
    WEBHOOK_ENDPOINT_SECRET_ROTATED = "webhook_endpoint.secret_rotated"  # noqa: S105
    WEBHOOK_ENDPOINT_TESTED = "webhook_endpoint.tested"
    WEBHOOK_ENDPOINT_DELETED = "webhook_endpoint.deleted"
    WEBHOOK_DELIVERY_REPLAYED = "webhook_delivery.replayed"
    COMPSET_CREATED = "compset.created"
    COMPSET_DELETED = "compset.deleted"
    APPLICATION_CREATED = "application.created"
    APPLICATION_CHANGED = "application.changed"
    APPLICATION_SECRET_ROTATED = "application.secret_rotated"  # noqa: S105
    APPLICATION_OLD_SECRET_ENDED = "application.old_secret_ended"  # noqa: S105
    APPLICATION_DISABLED = "application.disabled"
    APPLICATION_ENABLED = "application.enabled"
    APPLICATION_TOKENS_REVOKED = "application.tokens_revoked"
    APPLICATION_DELETED = "application.deleted"
    ACCESS_TOKEN_REVOKED = "access_token.revoked"  # noqa: S105
    PERSONAL_ACCESS_TOKEN_CREATED = "personal_access_token.created"  # noqa: S105
    PERSONAL_ACCESS_TOKEN_REVOKED = "personal_access_token.revoked"  # noqa: S105
    JOB_ENQUEUED = "job.enqueued"
    JOB_RETRIED = "job.retried"
    JOB_CANCELLED = "job.cancelled"
    STAFF_CREATED = "staff.created"
    STAFF_DISABLED = "staff.disabled"
    STAFF_LOGGED_IN = "staff.logged_in"
    STAFF_PASSWORD_CHANGED = "staff.password_changed"  # noqa: S105
    STAFF_SECOND_FACTOR_SET_UP = "staff.second_factor_set_up"
    STAFF_SECOND_FACTOR_RESET = "staff.second_factor_reset"
