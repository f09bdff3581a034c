import asyncio
import socket

import pytest

from auditor.model.errors import UsageError
from auditor.net.system import names


def answering(monkeypatch, *rows):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: list(rows))


def row(family, address):
    return (family, socket.SOCK_STREAM, 6, "", (address, 0))


async def test_all_addresses_come_once_ipv4_first(monkeypatch):
    v6, v4 = socket.AF_INET6, socket.AF_INET
    answering(monkeypatch, row(v6, "2001:db8::7"), row(v4, "10.0.0.7"), row(v4, "10.0.0.7"))
    assert await names.resolve("camera.example") == ("10.0.0.7", "2001:db8::7")


async def test_an_unknown_name_is_the_operators_error(monkeypatch):
    def fail(*args, **options):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(UsageError, match="no known host name"):
        await names.resolve("camera.example")


async def test_a_name_that_cannot_be_one_is_the_operators_error():
    with pytest.raises(UsageError):
        await names.resolve("a" * 70 + ".example")


async def test_a_silent_resolver_is_not_waited_for(monkeypatch):
    async def hang(*args, **options):
        await asyncio.sleep(60)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", hang)
    with pytest.raises(UsageError, match="did not answer"):
        await names.resolve("camera.example", seconds=0.02)
