"""The text that `make serve` prints when everything is ready."""

import json
from typing import Any

from devtools.start_conditions import HOST


def banner(port: int, sandbox: dict[str, Any]) -> str:
    """Addresses to open and commands to paste. `sandbox` is the sandbox's description of its channels' accounts."""
    api = f"http://{HOST}:{port}"
    accounts = "\n".join(
        f"    {name:<12} {json.dumps(channel['credentials'][0])}" for name, channel in sandbox["channels"].items()
    )
    return f"""
  Partners API   {api}/api/v1/ is the base URL; start at {api}/
  Docs           {api}/api/v1/docs/
  Demo client    client_id demo-partner, client_secret demo-partner-secret
  Sandbox        http://{HOST}:{port + 1}/ lists all accounts. The credentials of each channel's smallest account:
{accounts}

  curl -s {api}/o/token/ -u demo-partner:demo-partner-secret -d grant_type=client_credentials

  `make demo` in a second terminal shows an onboarding. Ctrl-C stops everything.
"""
