"""Staff, who use the console, with their second factors and sessions. Customers of partners are in users/."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class StaffManager(BaseUserManager["Staff"]):
    pass


class Staff(AbstractBaseUser):
    """A person who operates the server. It is no credential of a partner's customer, and cannot get tokens.

    The members below `created_at` are what Django's admin asks a user about.
    """

    class Role(models.TextChoices):
        OPERATOR = "operator"  # reads pages and runs operations
        VIEWER = "viewer"  # reads pages

    name = models.CharField(max_length=150, unique=True, help_text="Login name, in lower case.")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.OPERATOR)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = StaffManager()

    class Meta:
        verbose_name_plural = "staff"

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        return True

    @property
    def may_operate(self) -> bool:
        return self.is_active and self.role == self.Role.OPERATOR

    def get_full_name(self) -> str:
        return self.name

    def has_perm(self, permission: str, obj: object = None) -> bool:
        """Whether a page may be read. Who may change something is decided by `may_operate`."""
        return self.is_active and ".view_" in permission

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active


class SecondFactor(models.Model):
    """The authenticator app of a staff member: a TOTP secret (RFC 6238), encrypted.

    Codes up to `last_step` are used up. After wrong codes, the next one is looked at only after a wait.
    """

    staff = models.OneToOneField(Staff, on_delete=models.CASCADE, related_name="second_factor")
    encrypted_secret = models.TextField()
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="When its first code was entered.")
    last_step = models.BigIntegerField(default=-1, help_text="Number of the time step of the last code.")
    failures = models.PositiveIntegerField(default=0, help_text="Wrong codes since the last right one.")
    failed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"SecondFactor #{self.pk}"


class RecoveryCode(models.Model):
    """A code for one login without the authenticator app, stored as a SHA-256 checksum."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="recovery_codes")
    checksum = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "checksum"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"RecoveryCode #{self.pk}"


class Session(AbstractBaseSession):
    """A session of the console. console/sessions.py stores them here."""

    @classmethod
    def get_session_store_class(cls) -> type:
        from console.sessions import SessionStore

        return SessionStore
