"""Logging in to the console: a password, then a code. Only after both is anybody logged in."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.contrib import auth, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from unfold.widgets import BASE_INPUT_CLASSES

import clock
from audit.actions import Action
from console.acting import acting_as
from console.demo import needs_second_factor
from console.models import Staff
from console.second_factor import (
    WrongCode,
    begin_enrolment,
    check_code,
    confirm_enrolment,
    enrolment_picture,
    is_enrolled,
)
from console.staff import InvalidStaff, change_password, normal_name, note
from throttling.ratelimit import count_address
from throttling.window import count

if TYPE_CHECKING:
    from console.site import ConsoleSite

ATTEMPTS_PER_ADDRESS = 20  # a minute; passwords and codes together
ATTEMPTS_PER_NAME = 10  # a minute
TIME_FOR_CODE = timedelta(minutes=10)
REFUSED = "The name or the password is wrong, or there were too many attempts. Wait a minute before the next one."
WRONG_CODE = "The code is wrong, was used before, or came too soon after wrong ones. Wait for the next code."
BACKEND = "console.backend.StaffBackend"
_PENDING = "pending_login"

SiteView = Callable[[HttpRequest, "ConsoleSite"], HttpResponse]


def of_site(view: SiteView, site: "ConsoleSite") -> Callable[[HttpRequest], HttpResponse]:
    return update_wrapper(lambda request: view(request, site), view)


def _text_input(widget: forms.Widget, **attributes: str) -> forms.Widget:
    widget.attrs.update({"class": " ".join(BASE_INPUT_CLASSES), **attributes})
    return widget


class PasswordForm(forms.Form):
    username = forms.CharField(
        label="Name",
        max_length=150,
        widget=_text_input(forms.TextInput(), autocomplete="username", autofocus="", autocapitalize="none"),
    )
    password = forms.CharField(
        label="Password",
        max_length=1000,
        strip=False,
        widget=_text_input(forms.PasswordInput(), autocomplete="current-password"),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=_text_input(forms.TextInput(), autocomplete="one-time-code", autofocus="", spellcheck="false"),
    )


class NewPasswordForm(forms.Form):
    old = forms.CharField(
        label="Current password",
        max_length=1000,
        strip=False,
        widget=_text_input(forms.PasswordInput(), autocomplete="current-password"),
    )
    new = forms.CharField(
        label="New password",
        max_length=1000,
        strip=False,
        widget=_text_input(forms.PasswordInput(), autocomplete="new-password"),
    )
    repeated = forms.CharField(
        label="New password, again",
        max_length=1000,
        strip=False,
        widget=_text_input(forms.PasswordInput(), autocomplete="new-password"),
    )


@never_cache
@sensitive_post_parameters()
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def ask_password(request: HttpRequest, site: "ConsoleSite") -> HttpResponse:
    """The first page. A right password is remembered in the session, which is not a login yet."""
    target = _safe_target(request, request.GET.get("next", ""))
    if site.has_permission(request):
        return HttpResponseRedirect(target)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        staff = _authenticate(request, **form.cleaned_data)
        if staff is not None and not needs_second_factor(staff):
            return _log_in(request, staff, target)
        if staff is not None:
            request.session.cycle_key()
            request.session[_PENDING] = {
                "staff": staff.pk,
                "hash": staff.get_session_auth_hash(),
                "at": clock.real_now().isoformat(),
                "target": target,
            }
            return HttpResponseRedirect(
                reverse("console:login-code" if is_enrolled(staff) else "console:login-enrolment")
            )
        form.add_error(None, REFUSED)
    return _form_page(request, site, form, "Log in")


@never_cache
@sensitive_post_parameters()
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def ask_code(request: HttpRequest, site: "ConsoleSite") -> HttpResponse:
    """The second page for those who have an authenticator app."""
    now = clock.real_now()
    staff = _pending_staff(request, now)
    if staff is None or not is_enrolled(staff):
        return HttpResponseRedirect(reverse("console:login"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not _is_throttled(request, staff.name):
            try:
                check_code(staff, form.cleaned_data["code"], now=now)
            except WrongCode:
                pass
            else:
                return _log_in(request, staff, request.session[_PENDING]["target"])
        form.add_error(None, WRONG_CODE)
    return _form_page(
        request,
        site,
        form,
        "Second factor",
        explanation="Enter the code that your authenticator app shows, or a recovery code.",
    )


@never_cache
@sensitive_post_parameters()
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def ask_enrolment(request: HttpRequest, site: "ConsoleSite") -> HttpResponse:
    """The second page at the first login: it shows the secret of the app, and after a code the recovery codes, once."""
    now = clock.real_now()
    staff = _pending_staff(request, now)
    if staff is None or is_enrolled(staff):
        return HttpResponseRedirect(reverse("console:login"))
    secret = begin_enrolment(staff)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not _is_throttled(request, staff.name):
            try:
                with acting_as(request, staff.name):
                    codes = confirm_enrolment(staff, form.cleaned_data["code"], now=now)
            except WrongCode:
                pass
            else:
                target = request.session[_PENDING]["target"]
                _log_in(request, staff, target)
                return _page(request, site, "console/recovery_codes.html", "Recovery codes", codes=codes, target=target)
        form.add_error(None, WRONG_CODE)
    return _form_page(
        request,
        site,
        form,
        "Set up the second factor",
        explanation="Scan the picture with an authenticator app, or type the secret into it. Then enter its code.",
        picture=enrolment_picture(staff, secret),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    )


@require_http_methods(["POST"])
def log_out(request: HttpRequest, site: "ConsoleSite") -> HttpResponse:
    """Only called for staff, by the site, which has checked the CSRF token."""
    auth.logout(request)
    return HttpResponseRedirect(reverse("console:login"))


@sensitive_post_parameters()
def ask_new_password(request: HttpRequest, site: "ConsoleSite") -> HttpResponse:
    """Only called for staff. All other sessions of the staff member end."""
    staff = request.user
    assert isinstance(staff, Staff)  # noqa: S101  the site lets nobody else in
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _authenticate(request, username=staff.name, password=form.cleaned_data["old"]) is None:
            form.add_error("old", "This is not your password, or there were too many attempts.")
        elif form.cleaned_data["new"] != form.cleaned_data["repeated"]:
            form.add_error("repeated", "The two new passwords differ.")
        else:
            try:
                with acting_as(request):
                    change_password(staff, form.cleaned_data["new"], now=clock.real_now())
            except InvalidStaff as error:
                form.add_error("new", str(error))
            else:
                auth.update_session_auth_hash(request, staff)
                messages.success(request, "Your password was changed. Other sessions of yours have ended.")
                return HttpResponseRedirect(reverse("console:index"))
    return site.render(request, "console/form.html", "Change your password", form=form, submit="Change")


def _authenticate(request: HttpRequest, *, username: str, password: str) -> Staff | None:
    """The staff member with this name and password, unless there were too many attempts."""
    name = normal_name(username)
    if _is_throttled(request, name):
        return None
    staff = auth.authenticate(request, username=name, password=password)
    return staff if isinstance(staff, Staff) else None


def _is_throttled(request: HttpRequest, name: str) -> bool:
    """Count an attempt for the caller's address and for the name; return whether there were too many in this minute."""
    by_address = count_address(request, "console-login", limit=ATTEMPTS_PER_ADDRESS)
    key = hashlib.sha256(name.encode()).hexdigest()  # names are user input of any length
    by_name = count(f"console-login-name:{key}", ATTEMPTS_PER_NAME)
    return by_address.is_exceeded or by_name.is_exceeded


def _pending_staff(request: HttpRequest, now: datetime) -> Staff | None:
    """The staff member who entered the right password in this session, at most ten minutes ago."""
    pending = request.session.get(_PENDING)
    if pending is None or now > datetime.fromisoformat(pending["at"]) + TIME_FOR_CODE:
        return None
    staff = Staff.objects.filter(pk=pending["staff"], is_active=True).first()
    if staff is None or not constant_time_compare(pending["hash"], staff.get_session_auth_hash()):
        return None
    return staff


def _log_in(request: HttpRequest, staff: Staff, target: str) -> HttpResponse:
    """Begin a session with a new key and nothing from before."""
    with acting_as(request, staff.name), transaction.atomic():
        note(Action.STAFF_LOGGED_IN, staff, now=clock.real_now())
    request.session.flush()
    auth.login(request, cast(Any, staff), backend=BACKEND)
    return HttpResponseRedirect(target)


def _safe_target(request: HttpRequest, target: str) -> str:
    """Where to go after the login: a page of the console."""
    index = reverse("console:index")
    is_ours = target.startswith(index) and url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else index


def _form_page(request: HttpRequest, site: "ConsoleSite", form: forms.Form, title: str, **context: Any) -> HttpResponse:
    return _page(request, site, "console/login.html", title, form=form, **context)


def _page(request: HttpRequest, site: "ConsoleSite", template: str, title: str, **context: Any) -> HttpResponse:
    """A page without the sidebar. In development it names the ready login."""
    return site.render(request, template, title, is_development=not settings.ENVIRONMENT.is_production, **context)
