from datetime import timedelta

from django.apps import AppConfig, apps
from django.contrib.admin.apps import SimpleAdminConfig


class ConsoleConfig(AppConfig):
    default = True
    name = "console"

    def ready(self) -> None:
        from console import checks  # noqa: F401  registers the system check
        from console.sessions import purge_sessions
        from jobs.handlers import register

        register("purge_console_sessions", purge_sessions, every=timedelta(days=1))


class AdminWithoutLog(SimpleAdminConfig):
    """Django's admin without its model of a log, and without its checks of the global middleware.

    The audit trail replaces the log, whose foreign key would cost a query whenever a customer's credential is deleted.
    Sessions, logins and messages exist for the console's URLs only (console/middleware.py).
    """

    default = False

    def import_models(self) -> None:
        self.models = apps.all_models[self.label]

    def ready(self) -> None:
        from django.contrib.admin.checks import check_admin_app
        from django.core import checks

        checks.register(check_admin_app, checks.Tags.admin)
