"""The base of all pages about rows: they read, and change nothing except through operations."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin

import clock
from console.acting import acting_as
from console.models import Staff
from console.operations import Done, Operation
from console.pagination import CappedPaginator


class OperatorAdmin(ModelAdmin):
    """A list of rows, and a page for each, which nobody can edit.

    `operations` are the buttons of a row's page, `creation` is the one of the list. Viewers see none and can run none.
    Name the fields to show in `fields` or `fieldsets`: a page without them would show all columns, and some hold
    secrets.
    """

    operations: Sequence[Operation] = ()
    creation: Operation | None = None  # the button of the list, which runs it without a row
    view_on_site = False
    show_full_result_count = False
    paginator = CappedPaginator
    list_filter_submit = True
    list_fullwidth = True
    list_before_template = "console/operations.html"
    change_form_outer_before_template = "console/operations.html"

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise Http404

    def get_urls(self) -> list[URLPattern]:
        run = path(
            "<path:object_id>/do/<slug:name>/", self.admin_site.admin_view(self.run_operation), name=self._url_name
        )
        create = path("create/", self.admin_site.admin_view(self.run_creation), name=f"{self._url_name}_create")
        urls: list[URLPattern] = [run, create, *super().get_urls()]
        return urls

    @property
    def _url_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_operation"

    def operation_url(self, row: Model, operation: Operation) -> str:
        return reverse(f"{self.admin_site.name}:{self._url_name}", args=(row.pk, operation.name))

    def row_url(self, row: Model) -> str:
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change", args=(row.pk,))

    @property
    def list_url(self) -> str:
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        buttons = []
        if self.creation is not None and may_operate(request):
            url = reverse(f"{self.admin_site.name}:{self._url_name}_create")
            buttons = [{"label": self.creation.label, "url": url}]
        response: HttpResponse = super().changelist_view(request, {"operations": buttons, **(extra_context or {})})
        return response

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id) if object_id else None
        buttons = []
        if row is not None and may_operate(request):
            buttons = [
                {"label": each.label, "url": self.operation_url(row, each), "is_dangerous": each.is_dangerous}
                for each in self.operations
                if each.applies(row)
            ]
        response: HttpResponse = super().changeform_view(
            request, object_id, form_url, {"operations": buttons, **(extra_context or {})}
        )
        return response

    def get_actions(self, request: HttpRequest) -> dict[str, tuple[Callable[..., Any], str, str]]:
        """Django's hook: the operations that can be run for selected rows of the list."""
        if not may_operate(request):
            return {}
        return {
            each.name: (partial(_run_for_selected, operation=each), each.name, each.label)
            for each in self.operations
            if each.in_lists
        }

    def run_creation(self, request: HttpRequest) -> HttpResponse:
        """Ask for what a new row needs, and create it."""
        if self.creation is None:
            raise Http404
        return self._ask_and_run(request, self.creation, None, self.list_url)

    def run_operation(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask for what the operation needs, and run it."""
        operation = next((each for each in self.operations if each.name == name), None)
        row = self.get_object(request, object_id)
        if operation is None or row is None:
            raise Http404
        return self._ask_and_run(request, operation, row, self.row_url(row))

    def _ask_and_run(self, request: HttpRequest, operation: Operation, row: Any, back: str) -> HttpResponse:
        if not may_operate(request):
            raise PermissionDenied
        title = operation.label if row is None else f"{operation.label}: {row}"
        page = partial(self.admin_site.render, request, title=title, operation=operation, back=back, row=row)
        form = operation.form(request.POST if request.method == "POST" else None, initial=operation.initial(row))
        if request.method == "POST" and form.is_valid():
            try:
                done = self.run(request, operation, row, form.cleaned_data)
            except operation.refusals as refusal:
                form.add_error(None, str(refusal))
            else:
                if done.secret:
                    return cast(HttpResponse, page(template="console/secret.html", done=done))
                messages.success(request, done.message)
                return HttpResponseRedirect(back)
        return cast(HttpResponse, page(template="console/operation.html", form=form))

    def run(self, request: HttpRequest, operation: Operation, row: Any, cleaned: dict[str, Any]) -> Done:
        """Run the operation as the staff member of the request, in one transaction. The service's refusals pass."""
        with acting_as(request), transaction.atomic():
            done = operation.run(row, cleaned, clock.now())
        return done if isinstance(done, Done) else Done(done)


def may_operate(request: HttpRequest) -> bool:
    return isinstance(request.user, Staff) and request.user.may_operate


def _run_for_selected(admin: OperatorAdmin, request: HttpRequest, rows: QuerySet[Any], *, operation: Operation) -> None:
    """Run an operation for each row. A row that refuses does not stop the others."""
    done = 0
    for row in rows:
        try:
            admin.run(request, operation, row, {})
        except operation.refusals as refusal:
            messages.error(request, f"{row}: {refusal}")
        else:
            done += 1
    messages.success(request, f"{operation.label}: done for {done} rows.")
