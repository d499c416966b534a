"""Liveness (`/healthz`) and readiness (`/readyz`)."""

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

import clock
from jobs.worker import is_alive


def healthz(request: HttpRequest) -> JsonResponse:
    """200 if the process answers. Does no database work."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 if the database answers and a worker was active recently, else 503 that names the missing part."""
    checks = {"database": _database_answers(), "worker": False}
    if checks["database"]:
        checks["worker"] = is_alive(clock.real_now())
    ready = all(checks.values())
    shown = {name: "ok" if good else "missing" for name, good in checks.items()}
    return JsonResponse({"status": "ok" if ready else "unavailable", **shown}, status=200 if ready else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True
