"""The text that `make serve` prints when everything is ready."""

import json
from typing import Any

from devtools.start_conditions import HOST


def banner(port: int, sandbox: dict[str, Any], clock: dict[str, Any], *, limits: bool) -> str:
    """Addresses to open and commands to paste.

    `sandbox` is the sandbox's description of its channels' accounts, and `clock` its answer about its clock.
    """
    api = f"http://{HOST}:{port}"
    accounts = "\n".join(
        f"    {name:<12} {json.dumps(channel['credentials'][0])}" for name, channel in sandbox["channels"].items()
    )
    moved = ""
    if clock.get("moved"):
        state = "stopped" if clock["stopped"] else "running"
        moved = f"\n  Clock          {clock['now']}, {state}; CLOCK=real returns to the machine's time"
    off = "" if limits else "\n  Limits         off: sandbox and server ignore the channels' rate limits"
    return f"""
  Partners API   {api}/api/v1/ is the base URL; start at {api}/
  Guides         {api}/guides/; new here? {api}/guides/tutorial/
  Docs           {api}/api/v1/docs/
  Demo client    client_id demo-partner, client_secret demo-partner-secret
  Console        {api}/console/ (name operator, password operator-password)
  Sandbox        http://{HOST}:{port + 1}/ has a page with all accounts, the clock and faults. The smallest accounts:
{accounts}{moved}{off}

  curl -s {api}/o/token/ -u demo-partner:demo-partner-secret -d grant_type=client_credentials

  `make demo` in a second terminal shows an onboarding. Ctrl-C stops everything.
"""
