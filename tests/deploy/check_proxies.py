"""The proxies of deploy/ as they are shipped, in front of the API: only ports, names and certificates differ."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.deploy.containers import Machine, with_port
from tests.deploy.files import DEPLOY, services
from tests.running_server import free_port

START_SECONDS = 300  # a busy machine starts slowly
HOST = "localhost"
MOST = 2 * 1024 * 1024  # bytes in a body, for the server
PROXIES = ("caddy", "nginx")


@dataclass
class Echo:
    """A server that notes what reaches it, and when each request begins."""

    port: int
    heads: list[str] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Proxy:
    https: int
    http: int

    def client(self) -> httpx.Client:
        """The certificate is made by the proxy or for this test, so nobody vouches for it."""
        return httpx.Client(base_url=f"https://{HOST}:{self.https}", verify=False, trust_env=False)  # noqa: S501

    def connect(self) -> ssl.SSLSocket:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(socket.create_connection((HOST, self.https), timeout=20), server_hostname=HOST)


@contextmanager
def started(proxy: str, upstream: int, folder: Path) -> Iterator[Proxy]:
    """The proxy with its shipped configuration, in front of the port."""
    ports = Proxy(free_port(), free_port())
    command, environment = (caddy if proxy == "caddy" else nginx)(ports, upstream, folder)
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with suppress(OSError, ssl.SSLError), ports.connect():
                break
            assert process.poll() is None, (folder / "proxy.log").read_text()
            assert time.monotonic() < deadline, (folder / "proxy.log").read_text()
            time.sleep(0.1)
        yield ports
    finally:
        process.terminate()
        process.wait(60)


def caddy(ports: Proxy, upstream: int, folder: Path) -> tuple[list[str], dict[str, str]]:
    program = shutil.which("caddy")
    if program is None:
        pytest.skip("caddy is not installed")
    own = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    said = {"SITE": HOST, "HTTPS_PORT": str(ports.https), "HTTP_PORT": str(ports.http), "HEALTH_PORT": str(free_port())}
    said |= {"API_HOST": "127.0.0.1", "API_PORT": str(upstream)}
    file = str(DEPLOY / "caddy/Caddyfile")
    return [program, "run", "--adapter", "caddyfile", "--config", file], own | said


def nginx(ports: Proxy, upstream: int, folder: Path) -> tuple[list[str], dict[str, str]]:
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        pytest.skip("nginx is not installed")
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    subject = ["-subj", f"/CN={HOST}", "-days", "1", "-nodes", "-newkey", "rsa:2048"]
    made = ["openssl", "req", "-x509", *subject, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    site = (DEPLOY / "nginx/partners-api.conf").read_text()
    for shipped, here in {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{upstream};",
        "server_name api.example.com;": f"server_name {HOST};",
        "/etc/partners/tls/": f"{folder}/",
        "listen 80 ": f"listen 127.0.0.1:{ports.http} ",
        "listen 443 ": f"listen 127.0.0.1:{ports.https} ",
    }.items():
        assert shipped in site
        site = site.replace(shipped, here)
    site = re.sub(r"^ *listen \[::\].*\n", "", site, flags=re.MULTILINE)
    (folder / "site.conf").write_text(site)
    temporary = "".join(
        f"{each}_temp_path {folder}/{each};\n" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""  # another could not enter the folder
    file = folder / "nginx.conf"
    file.write_text(
        f"{user}daemon off; pid {folder}/nginx.pid; error_log stderr;\n"
        f"events {{}}\nhttp {{ access_log off; {temporary} include {folder}/site.conf; }}\n"
    )
    return [program, "-c", str(file), "-p", str(folder)], {}


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    listener = socket.create_server(("127.0.0.1", 0))
    found = Echo(listener.getsockname()[1])

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            received = connection.recv(65536)
            while received:
                head, _, body = received.partition(b"\r\n\r\n")
                found.begun.append(time.monotonic())
                found.heads.append(head.decode())
                length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                while length and len(body) < int(length[1]):
                    body += connection.recv(65536)
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
                received = connection.recv(65536)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield found
    listener.close()


@pytest.fixture(scope="module", params=PROXIES)
def before_echo(
    request: pytest.FixtureRequest, echo: Echo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    with started(request.param, echo.port, tmp_path_factory.mktemp(f"{request.param}-echo")) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def api_port(machine: Machine) -> Iterator[int]:
    """The API as compose.yaml runs it, behind one proxy."""
    api, port = services()["compose", "api"], free_port()
    with machine.running(with_port(api.command, port), api.environment) as serving:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)
                break
            assert time.monotonic() < deadline, serving.log.read_text()
            time.sleep(0.2)
        yield port


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request: pytest.FixtureRequest, api_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with started(request.param, api_port, tmp_path_factory.mktemp(request.param)) as found:
        yield found


def application(machine: Machine, *options: str) -> dict[str, str]:
    """The form with which a new application asks for a token."""
    command = ["partners-manage", "create_application", "--name", "Behind a proxy", *options]
    printed = machine.run(command, services()["compose", "api"].environment)
    assert printed.returncode == 0, printed.stderr
    client, secret = printed.stdout.split()[1::2]
    return {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}


@pytest.fixture(scope="module")
def local_only(machine: Machine) -> dict[str, str]:
    """An application that may call from this machine only."""
    return application(machine, "--ip", "127.0.0.1", "--ip", "::1")


@pytest.fixture(scope="module")
def elsewhere_only(machine: Machine) -> dict[str, str]:
    """An application that may call from another address only."""
    return application(machine, "--ip", "203.0.113.7")


def header(head: str, name: str) -> list[str]:
    return re.findall(rf"^{name}: (.*?)\r?$", head, re.IGNORECASE | re.MULTILINE)


def test_a_caller_cannot_say_where_it_comes_from(before_echo: Proxy, echo: Echo) -> None:
    claims = dict.fromkeys(("X-Forwarded-For", "X_Forwarded_For", "x_forwarded-for", "X-Real-IP"), "203.0.113.7")
    claims |= {"X-Forwarded-Proto": "gopher", "X_Forwarded_Proto": "gopher", "X-Forwarded-Host": "evil.example"}
    claims |= {"Forwarded": "for=203.0.113.7;proto=gopher"}
    with before_echo.client() as client:
        client.get("/", headers=claims)

    head = echo.heads[-1]
    assert header(head, "X-Forwarded-For")[0] in ("127.0.0.1", "::1")
    assert header(head, "X-Forwarded-Proto") == ["https"]
    for lie in ("203.0.113.7", "gopher", "evil.example"):
        assert lie not in head, head


def test_the_name_of_the_host_is_not_changed(before_echo: Proxy, echo: Echo) -> None:
    with before_echo.client() as client:
        client.get("/")

    assert header(echo.heads[-1], "Host") == [f"{HOST}:{before_echo.https}"]


def test_a_slow_body_is_whole_before_the_server_sees_the_request(before_echo: Proxy, echo: Echo) -> None:
    with before_echo.connect() as connection:
        connection.sendall(f"POST /slow HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 4\r\n\r\n".encode())
        for byte in (b"s", b"l", b"o", b"w"):
            time.sleep(0.4)
            sent = time.monotonic()
            connection.sendall(byte)
        assert connection.recv(100).startswith(b"HTTP/1.1 204")

    assert "/slow" in echo.heads[-1]
    assert echo.begun[-1] >= sent


def test_the_server_sees_the_callers_address(
    proxy: Proxy, local_only: dict[str, str], elsewhere_only: dict[str, str]
) -> None:
    claims = {"X-Forwarded-For": "203.0.113.7", "X_Forwarded_For": "203.0.113.7"}
    with proxy.client() as client:
        assert client.post("/o/token/", data=local_only, headers=claims).status_code == 200
        assert client.post("/o/token/", data=elsewhere_only, headers=claims).status_code == 403


def test_links_begin_with_https(proxy: Proxy, local_only: dict[str, str]) -> None:
    with proxy.client() as client:
        token = client.post("/o/token/", data=local_only).json()["access_token"]
        document = client.get("/api/v1/users/", headers={"Authorization": f"Bearer {token}"}).json()

    assert document["links"]["first"].startswith(f"https://{HOST}:{proxy.https}/")


def test_a_body_that_is_too_large_is_refused(proxy: Proxy) -> None:
    with proxy.client() as client:
        a_little = client.post("/api/v1/users/", content=b" " * (MOST + 1))
        by_far = client.post("/api/v1/users/", content=b" " * (4 * MOST))

    assert a_little.status_code == by_far.status_code == 413
    assert a_little.json()["errors"][0]["status"] == "413"


def test_metrics_and_http_are_not_public(proxy: Proxy) -> None:
    with proxy.client() as client:
        assert client.get("/metrics").status_code == 404
        assert "max-age=" in client.get("/healthz").headers["Strict-Transport-Security"]
    clear = httpx.get(f"http://127.0.0.1:{proxy.http}/healthz", headers={"Host": HOST}, trust_env=False)
    assert (clear.status_code, clear.text) == (403, "This server answers HTTPS only.\n")
