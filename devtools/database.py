"""The database of `make serve`."""

from devtools.start_conditions import CannotStart


def bring_database_up_to_date() -> None:
    """Migrates the database, and creates the demo application and the console's demo login. Raises CannotStart.

    Django is imported in the function, because `make serve` must first set the variables that the settings read.
    """
    import django
    from django.core.management import call_command
    from django.db import DatabaseError, connections

    django.setup()
    import clock
    from console.demo import ensure_demo_login
    from oauth.services import ensure_demo_application

    try:
        call_command("migrate", verbosity=0, interactive=False)
        ensure_demo_application(now=clock.real_now())
        ensure_demo_login(now=clock.real_now())
    except DatabaseError as error:
        raise CannotStart(f"The database cannot be used: {' '.join(str(error).split())}.") from error
    connections.close_all()
