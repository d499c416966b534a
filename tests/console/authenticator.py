"""The authenticator app of a staff member."""

import base64
from datetime import datetime

from django_otp.oath import TOTP

from console.models import SecondFactor, Staff
from oauth.encryption import decrypt


def code_of(staff: Staff, moment: datetime) -> str:
    """The six digits that the app shows at the moment."""
    secret = decrypt(SecondFactor.objects.get(staff=staff).encrypted_secret)["totp"]
    totp = TOTP(base64.b32decode(secret))
    totp.time = moment.timestamp()
    return f"{totp.token():06}"
