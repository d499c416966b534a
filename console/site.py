"""The console: Django's admin in the theme of unfold, for staff, with pages that only read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.cache import patch_vary_headers
from unfold.sites import UnfoldAdminSite

from console import login
from console.models import Staff

# Django's pages that this console does without.
UNUSED = frozenset({"view_on_site", "password_change_done"})

PageView = Callable[..., HttpResponse]


def not_there(request: HttpRequest) -> HttpResponse:
    raise Http404


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A link in the sidebar. `icon` is a name of Material Symbols, `url_name` a name without the namespace."""

    group: str
    title: str
    icon: str
    url_name: str


class ConsoleSite(UnfoldAdminSite):
    """The modules that console/pages/__init__.py lists register their pages here.

    Nobody but staff with a second factor has a session, so each view can read `request.user` as Staff.
    """

    enable_nav_sidebar = True
    final_catch_all_view = False
    index_title = "Overview"

    def __init__(self, name: str = "console") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")
        self._menu: list[MenuItem] = [MenuItem("Operation", "Overview", "dashboard", "index")]
        self._pages: list[URLPattern] = []
        self._index: PageView = not_there

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, Staff) and request.user.is_active

    def add_page(self, route: str, view: PageView, *, name: str) -> None:
        """Serve a view at `/console/<route>` for staff, as `console:<name>`. POST requires the CSRF token."""
        self._pages.append(path(route, self.admin_view(view), name=name))

    def show_first(self, view: PageView) -> None:
        """Serve a view at `/console/`."""
        self._index = view

    def add_to_menu(self, group: str, title: str, icon: str, url_name: str) -> None:
        """Link a page in the sidebar. Groups and items are shown in the order in which they were added."""
        self._menu.append(MenuItem(group, title, icon, url_name))

    def render(
        self, request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any
    ) -> TemplateResponse:
        """A page in the layout of the console. The template extends `console/page.html`."""
        request.current_app = self.name
        everything = {**self.each_context(request), "title": title, **context}
        return TemplateResponse(request, template, everything, status=status)

    def not_found(self, request: HttpRequest) -> HttpResponse:
        """The page for an address without a page. Without a login it has no menu and names nothing."""
        is_inside = self.has_permission(request)
        layout = "console/page.html" if is_inside else "unfold/layouts/unauthenticated.html"
        context = {"layout": layout, "is_inside": is_inside}
        response = self.render(request, "console/not_found.html", "Page not found", status=404, **context)
        patch_vary_headers(response, ["Accept"])
        return response.render()

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return self._index(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return login.ask_password(request, self)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return login.log_out(request, self)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return login.ask_new_password(request, self)

    def extra_urls(self) -> list[URLPattern]:
        """Called by unfold. Pages come before Django's own, so that `accounts/` can be a page."""
        return [
            path("login/code/", login.of_site(login.ask_code, self), name="login-code"),
            path("login/enrolment/", login.of_site(login.ask_enrolment, self), name="login-enrolment"),
            *self._pages,
        ]

    def get_urls(self) -> list[URLPattern]:
        return [each for each in super().get_urls() if getattr(each, "name", None) not in UNUSED]

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Called by unfold."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for item in self._menu:
            link = reverse(f"{self.name}:{item.url_name}")
            is_index = item.url_name == "index"
            active = request.path == link if is_index else request.path.startswith(link)
            entry = {"title": item.title, "icon": item.icon, "link": link, "active": active, "has_permission": True}
            groups.setdefault(item.group, []).append(entry)
        return [{"title": title, "items": items} for title, items in groups.items()]

    def get_log_entries(self, request: HttpRequest) -> tuple[()]:
        """Django's log of the admin is not used: the audit trail has what staff do."""
        return ()
