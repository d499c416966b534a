"""Print deliveries for the TypeScript programs of docs/webhooks.md, as JSON: what they must accept and what not.

Each is `{body, headers, secret, accepted}`. Two of them are signed with both secrets of a rotation.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta

import django


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from standardwebhooks import Webhook

    from webhooks.signing import new_secret, signed_headers

    new, old = new_secret(), new_secret()
    body, now = '{"meta": {"type": "listing.refreshed"}, "data": {"id": "7", "title": "Zoë"}}', datetime.now(UTC)
    signers = [Webhook(new), Webhook(old)]
    headers = dict(signed_headers("evt_7", body.encode(), signers, now))
    stale = dict(signed_headers("evt_7", body.encode(), signers, now - timedelta(minutes=6)))
    deliveries = [
        {"body": body, "headers": headers, "secret": new, "accepted": True},
        {"body": body, "headers": headers, "secret": old, "accepted": True},
        {"body": body + " ", "headers": headers, "secret": new, "accepted": False},
        {"body": body, "headers": headers, "secret": new_secret(), "accepted": False},
        {"body": body, "headers": stale, "secret": new, "accepted": False},
    ]
    json.dump(deliveries, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
