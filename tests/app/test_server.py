"""The page is for this machine alone: its address, its own pages, a port that can be had, libraries that fit."""

from __future__ import annotations

import asyncio
from importlib import metadata

import pytest

import powersim as ps
from powersim.app import server

PORT = 8765


def answered(kind: str, **headers: str) -> list[dict[str, object]]:
    """What somebody with these headers is sent."""
    sent: list[dict[str, object]] = []

    async def inner(scope, receive, send):
        await send({"type": "in"})

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}
    asyncio.run(server.Local(inner, PORT)(scope, None, send))
    return sent


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_who_calls_this_machine_by_its_name_is_let_in(kind):
    for name in ("127.0.0.1:8765", "localhost:8765"):
        assert answered(kind, host=name) == [{"type": "in"}]
        assert answered(kind, host=name, origin=f"http://{name}") == [{"type": "in"}]
    assert answered("lifespan") == [{"type": "in"}]


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"host": "evil.example:8765"}, {"host": "127.0.0.1:1"},
        {"host": "127.0.0.1:8765", "origin": "http://evil.example"}, {"host": "127.0.0.1:8765", "origin": "null"},
    ],
)  # fmt: skip
def test_nobody_else_is(headers):
    assert answered("websocket", **headers) == [{"type": "websocket.close", "code": 1008}]
    assert answered("http", **headers)[0]["status"] == 403


def test_a_port_is_one_of_this_machine_that_is_free():
    with server.listening(0) as taken:
        host, port = taken.getsockname()
        assert host == "127.0.0.1"
        with pytest.raises(
            ps.ArgumentError, match=rf"^port: found {port}: .*in use; allowed: one that is free, 0"
        ):
            server.listening(port)
    for wrong in (-1, 65536, 1.5, "x"):
        with pytest.raises(ps.ArgumentError, match=r"^port: found .*allowed: a whole number from 0 to 65535"):
            server.listening(wrong)


def test_what_is_missing_is_named_with_the_command_that_installs_it(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(server.metadata, "version", missing)
    with pytest.raises(ps.PowersimError, match=r"which are not installed: pip install 'powersim\[app\]'$"):
        server.check()
    monkeypatch.setattr(server.metadata, "version", {"solara": "2.0", "solara-assets": "1.0"}.get)
    with pytest.raises(
        ps.PowersimError, match=r"^solara 2.0 and solara-assets 1.0 do not belong together: pip"
    ):
        server.check()
    with pytest.raises(ps.PowersimError, match=r"do not belong together"):
        ps.Study("two_powers").app(seconds=0)


@pytest.mark.parametrize(
    "given", [{"seconds": -1}, {"seconds": float("nan")}, {"runs": 0}, {"run": -1}, {"port": "a"}]
)
def test_arguments_are_checked_before_anything_is_served(given):
    name = next(iter(given))
    with pytest.raises(ps.ArgumentError, match=rf"^{name}: found"):
        ps.Study("two_powers").app(**given)


def test_without_a_second_the_address_is_told_and_nothing_is_served(monkeypatch):
    monkeypatch.setattr(server, "check", lambda: None)
    told = []
    ps.Study("two_powers").app(seconds=0, ready=told.append)
    assert told[0].startswith("http://127.0.0.1:")
