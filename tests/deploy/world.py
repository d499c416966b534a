"""Rows of a small installation: an application, a user, an account with channel credentials, a webhook endpoint."""

import re
from dataclasses import dataclass

from tests.deploy.containers import Machine
from tests.deploy.files import services

ACCOUNT = """
import django
django.setup()
import clock
from connectors.values import ChannelAccount
from oauth.models import Application
from sync.services.accounts import connect_account
from users.services.users import create_user
application = Application.objects.get(client_id={client_id!r})
user = create_user(application_id=application.pk, first_name="Ada", last_name="Host", email="ada@example.com",
                   locale="en", now=clock.now())
known_as = ChannelAccount(channel_account_id="1", label="Ada's homes")
connect_account(user, channel="hostaway", credentials={{"client_id": "1", "client_secret": "stored-secret"}},
                known_as=known_as, now=clock.now())
"""


@dataclass(frozen=True)
class World:
    client_id: str
    endpoint_id: str


def inhabited(machine: Machine) -> World:
    environment = {**services()["compose", "api"].environment, "DJANGO_SETTINGS_MODULE": "partners.settings"}

    def printed(*command: str) -> str:
        ran = machine.run(command, environment)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    client_id = printed("partners-manage", "create_application", "--name", "Harbour Homes").split()[1]
    receiver = ("create_webhook_endpoint", client_id, "https://receiver.example.com/events")
    endpoint = re.search(r"\d+", printed("partners-manage", *receiver))
    assert endpoint is not None
    printed("python", "-c", ACCOUNT.format(client_id=client_id))
    return World(client_id, endpoint[0])
