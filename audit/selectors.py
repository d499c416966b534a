"""Reading the audit trail."""

from datetime import datetime

from django.db.models import Q, QuerySet

from audit.models import AuditEntry


def entries(
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    application_id: int | None = None,
    user_id: int | None = None,
    resource: tuple[str, int] | None = None,
    action: str | None = None,
) -> QuerySet[AuditEntry]:
    """The entries that satisfy all given conditions, newest first.

    `since` belongs to the range, `until` does not. `application_id` and `user_id` name the owner of the resource.
    `resource` is (type, id). `action` is a whole word, or its part before the dot, such as `listing`.
    """
    found = Q()
    if since is not None:
        found &= Q(at__gte=since)
    if until is not None:
        found &= Q(at__lt=until)
    if application_id is not None:
        found &= Q(owner_application_id=application_id)
    if user_id is not None:
        found &= Q(owner_user_id=user_id)
    if resource is not None:
        found &= Q(resource_type=resource[0], resource_id=resource[1])
    if action is not None:
        found &= Q(action=action) if "." in action else Q(action__startswith=f"{action}.")
    return AuditEntry.objects.filter(found).order_by("-at", "-id")
