from tests.connectors.conftest import connect, sandbox, sandbox_server

__all__ = ["connect", "sandbox", "sandbox_server"]
