"""Who may log in to the console: staff. A credential of a partner's customer is no staff and cannot."""

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from console.demo import is_demo_login
from console.models import Staff


class StaffBackend:
    """An authentication backend of Django. It checks the password only; console/login.py asks for the second factor."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None
    ) -> Staff | None:
        if username is None or password is None:
            return None
        staff = Staff.objects.filter(name=username).first()
        if staff is None:
            make_password(password)  # an unknown name takes as long as a wrong password
            return None
        if not check_password(password, staff.password) or not staff.is_active:
            return None
        if settings.ENVIRONMENT.is_production and is_demo_login(staff):
            return None
        return staff

    def get_user(self, user_id: int) -> Staff | None:
        return Staff.objects.filter(pk=user_id, is_active=True).first()
