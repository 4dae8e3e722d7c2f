"""The supervisor checks the port before it sets anything up."""

import socket
from dataclasses import replace

from server.settings import Settings
from server.supervisor import port_is_free


def test_a_port_in_use_is_not_free(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        here = replace(settings, base_url=f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert not port_is_free(here)
    assert port_is_free(here)
