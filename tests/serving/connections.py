"""Connections that say exactly what they are told to, and no more."""

import json
import socket
from typing import Any

from tests.running_api import Api


class Raw:
    """One connection to the API. What is received is one response."""

    def __init__(self, api: Api, sent: bytes = b"", timeout: float = 20) -> None:
        self.socket = socket.create_connection(("127.0.0.1", api.port), timeout=timeout)
        self.send(sent)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def response(self) -> tuple[int, dict[str, str], Any]:
        """The status, the headers with lower-case names, and the JSON document, once the server has closed."""
        received = b""
        while chunk := self.socket.recv(65536):
            received += chunk
        self.socket.close()
        head, _, body = received.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        return int(first.split()[1]), headers, json.loads(body)

    def close(self) -> None:
        self.socket.close()


def head(path: str, *headers: str, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()
