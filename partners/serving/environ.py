"""The WSGI environment of a request that Granian received."""

import sys
from typing import Any

from partners.serving.bodies import Body

ENCODING = "latin-1"  # WSGI passes bytes on as texts in this encoding (PEP 3333)
# Each is a variable of its own in WSGI, and not a header.
WITHOUT_PREFIX = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
ABOUT_THE_CONNECTION = frozenset({"transfer-encoding", "content-length", "expect"})

_FIXED = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


def environ_of(scope: Any, body: Body) -> dict[str, Any]:
    """Returns the WSGI environment of an RSGI scope, with the whole body.

    A header with an underscore in its name is left out, because in WSGI it could not be distinguished from the one with
    a hyphen: `X_Forwarded_For` would pass for the proxy's `X-Forwarded-For`.
    """
    server, _, port = scope.server.rpartition(":")
    environ = {
        **_FIXED,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode(ENCODING),
        "QUERY_STRING": scope.query_string.encode().decode(ENCODING),
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body.content,
    }
    if (
        scope.authority
    ):  # the target of the request was a whole URL, which replaces the header (RFC 9112, section 3.2.2)
        environ["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        if "_" in name or name in ABOUT_THE_CONNECTION:
            continue
        key = WITHOUT_PREFIX.get(name) or f"HTTP_{name.upper().replace('-', '_')}"
        if key not in environ:
            environ[key] = value
        elif key != "HTTP_HOST":
            environ[key] = f"{environ[key]}{'; ' if name == 'cookie' else ','}{value}"
    if body.is_declared:
        environ["CONTENT_LENGTH"] = str(body.length)
    return environ
