"""The second factor of a login: codes of an authenticator app (TOTP), and ten recovery codes for when it is lost."""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

import segno
from django.db import transaction
from django_otp.oath import TOTP

from audit.actions import Action
from console.models import RecoveryCode, SecondFactor, Staff
from console.staff import note
from oauth.encryption import decrypt, encrypt

ISSUER = "Partners API console"
SECRET_BYTES = 20
TOLERATED_STEPS = 1  # a code of the previous or next half minute is accepted, for clocks that differ
RECOVERY_CODES = 10
FREE_FAILURES = 3
LONGEST_WAIT = timedelta(hours=1)


class WrongCode(Exception):
    """The code is wrong, was used before, or came before the wait after wrong codes was over."""


@transaction.atomic
def begin_enrolment(staff: Staff) -> str:
    """Return the secret of an authenticator app that is not confirmed yet, in base32; make it if there is none.

    Raises WrongCode if the staff member already has a confirmed one.
    """
    factor, _ = SecondFactor.objects.select_for_update().get_or_create(
        staff=staff, defaults={"encrypted_secret": _new_secret()}
    )
    if factor.confirmed_at is not None:
        raise WrongCode("The second factor is already set up.")
    return _secret(factor)


@transaction.atomic
def confirm_enrolment(staff: Staff, code: str, *, now: datetime) -> list[str]:
    """Accept the authenticator app by its first code; return the new recovery codes in plain text.

    Raises WrongCode.
    """
    factor = SecondFactor.objects.select_for_update().filter(staff=staff, confirmed_at=None).first()
    if factor is None or not _accept(factor, code, now):
        raise WrongCode("The code is wrong.")
    factor.confirmed_at = now
    factor.save()
    note(Action.STAFF_SECOND_FACTOR_SET_UP, staff, now=now)
    return _replace_recovery_codes(staff)


def check_code(staff: Staff, code: str, *, now: datetime) -> None:
    """Accept a code of the app, or an unused recovery code, once. Raises WrongCode.

    A failure is counted in a transaction of its own, which the caller's exception does not undo.
    """
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(staff=staff, confirmed_at__isnull=False).first()
        accepted = False
        if factor is not None and _waited(factor, now):
            accepted = _accept_any(factor, code, now)
            factor.failures = 0 if accepted else factor.failures + 1
            factor.failed_at = None if accepted else now
            factor.save()
    if not accepted:
        raise WrongCode("The code is wrong.")


@transaction.atomic
def reset_second_factor(staff: Staff, *, now: datetime) -> bool:
    """Forget the app and the recovery codes; the next login sets up new ones. Return whether there were any."""
    RecoveryCode.objects.filter(staff=staff).delete()
    deleted, _ = SecondFactor.objects.filter(staff=staff).delete()
    if deleted:
        note(Action.STAFF_SECOND_FACTOR_RESET, staff, now=now)
    return bool(deleted)


def is_enrolled(staff: Staff) -> bool:
    return SecondFactor.objects.filter(staff=staff, confirmed_at__isnull=False).exists()


def enrolment_picture(staff: Staff, secret: str) -> str:
    """The QR code that authenticator apps scan, as an SVG element."""
    label = quote(f"{ISSUER}:{staff.name}")
    url = f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER})}"
    picture: str = segno.make(url, error="m").svg_inline(
        scale=4, border=4, light="white", title="QR code of the secret"
    )
    return picture


def _accept_any(factor: SecondFactor, code: str, now: datetime) -> bool:
    return _accept(factor, code, now) or bool(
        RecoveryCode.objects.filter(staff=factor.staff_id, checksum=_checksum(code), used_at=None).update(used_at=now)
    )


def _accept(factor: SecondFactor, code: str, now: datetime) -> bool:
    """Whether the code is right and new. Later calls refuse it; the caller saves the factor."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdecimal() and len(digits) == 6):
        return False
    totp = TOTP(base64.b32decode(_secret(factor)))
    totp.time = now.timestamp()
    if not totp.verify(int(digits), tolerance=TOLERATED_STEPS, min_t=factor.last_step + 1):
        return False
    factor.last_step = totp.t()
    return True


def _waited(factor: SecondFactor, now: datetime) -> bool:
    """Three wrong codes are free. Each further one doubles the wait, which begins with two seconds."""
    if factor.failed_at is None or factor.failures < FREE_FAILURES:
        return True
    wait = min(timedelta(seconds=2 ** min(factor.failures - FREE_FAILURES + 1, 20)), LONGEST_WAIT)
    return now >= factor.failed_at + wait


def _new_secret() -> str:
    return encrypt({"totp": base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()})


def _secret(factor: SecondFactor) -> str:
    return str(decrypt(factor.encrypted_secret)["totp"])


def _replace_recovery_codes(staff: Staff) -> list[str]:
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(staff=staff).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(staff=staff, checksum=_checksum(code)) for code in codes)
    return codes


def _recovery_code() -> str:
    """80 random bits, in four groups that people can type."""
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def _checksum(code: str) -> str:
    letters = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()
