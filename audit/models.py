"""The audit trail: who changed what, on which resource, and when (docs/audit.md)."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class AuditEntry(models.Model):
    """A change, written in the transaction of the change. Nothing but the erasure of a person changes it later.

    Ids are plain numbers, so that an entry outlives what it names. The first group of columns tells who made the
    change; at most one of `application_id`, `staff`, `command` and `worker` is set. `changes` maps a name to
    `[old, new]`, only for what changed, and holds no secrets.
    """

    at = models.DateTimeField()

    application_id = models.BigIntegerField(null=True, blank=True, help_text="The application whose token was used.")
    credential_id = models.BigIntegerField(null=True, blank=True, help_text="The credential of a user-scoped token.")
    token_end = models.CharField(max_length=4, blank=True, default="", help_text="Last four characters of the token.")
    staff = models.CharField(max_length=150, blank=True, default="", help_text="The operator, for the console.")
    command = models.CharField(max_length=64, blank=True, default="", help_text="The command of manage.py.")
    os_user = models.CharField(
        max_length=255, blank=True, default="", help_text="The operating system's user who ran the command."
    )
    worker = models.CharField(max_length=32, blank=True, default="", help_text="The kind of the job, for a worker.")
    address = models.GenericIPAddressField(null=True, blank=True, help_text="The address that the request came from.")
    request_id = models.CharField(max_length=128, blank=True, default="")

    action = models.CharField(max_length=64, help_text="One of audit.actions.Action.")
    resource_type = models.CharField(max_length=64, help_text="As the API names the type, such as `listings`.")
    resource_id = models.BigIntegerField()
    owner_application_id = models.BigIntegerField(
        null=True, blank=True, help_text="The application that the resource belongs to."
    )
    owner_user_id = models.BigIntegerField(null=True, blank=True, help_text="The user that the resource belongs to.")
    changes = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    is_personal = models.BooleanField(
        default=False, help_text="Whether `changes` holds names or email addresses that are erased with the user."
    )

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),  # also finds what is old enough to be deleted
            models.Index(fields=["resource_type", "resource_id", "-at", "-id"], name="audit_of_resource"),
            models.Index(fields=["owner_application_id", "-at", "-id"], name="audit_of_owner_application"),
            models.Index(fields=["owner_user_id", "-at", "-id"], name="audit_of_owner_user"),
        ]

    @property
    def who(self) -> str:
        """Who made the change, in words."""
        return self.who_with(f"application {self.application_id}")

    def who_with(self, application: str) -> str:
        """`who`, with other words for the application, such as its name."""
        if self.staff:
            return f"staff {self.staff}"
        if self.command:
            return f"{self.command} by {self.os_user}"
        if self.worker:
            return f"worker, {self.worker}"
        if self.application_id is None:
            return "unknown"
        credential = f", credential {self.credential_id}" if self.credential_id is not None else ""
        token = f", token …{self.token_end}" if self.token_end else ""
        return f"{application}{credential}{token}"

    @property
    def resource(self) -> str:
        """`TYPE/ID`, such as `listings/12`."""
        return f"{self.resource_type}/{self.resource_id}"

    def __str__(self) -> str:
        return f"{self.action} #{self.pk}"
