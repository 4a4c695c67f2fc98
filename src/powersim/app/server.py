"""The page on this machine alone: a port of 127.0.0.1, files from this disk, nothing sent elsewhere."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import warnings
import webbrowser
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import metadata
from typing import Any

from powersim.app.filling import rest
from powersim.errors import ArgumentError, PowersimError, whole

HOST, MOST_PORT = "127.0.0.1", 65535
NEEDS = "the page needs solara and its assets, which are not installed: pip install 'powersim[app]'"
LEFT = "5s"  # a session whose tab is gone is kept so long: a loopback has no lapses to bridge
PATIENCE = 10.0  # seconds in which a server ends
SETTINGS = {
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_TELEMETRY_SERVER_USER_ID": "nobody",  # otherwise one is made and written down
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_KERNEL_CULL_TIMEOUT": LEFT,
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
}

Scope = MutableMapping[str, Any]
Asgi = Callable[[Scope, Any, Any], Awaitable[None]]


class Local:
    """Answers who calls this machine by its own name, and no page of others that a browser has open beside it."""

    def __init__(self, inner: Asgi, port: int) -> None:
        self.inner = inner
        self.hosts = {f"{name}:{port}".encode() for name in (HOST, "localhost")}
        self.origins = {b"http://" + host for host in self.hosts}

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Hand on what comes from here; 403 for anything else."""
        headers = dict(scope.get("headers", ()))
        known = headers.get(b"host") in self.hosts and headers.get(b"origin") in (None, *self.origins)
        if scope["type"] == "lifespan" or known:
            await self.inner(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b"this page is for this machine alone"})


def listening(port: int) -> socket.socket:
    """A socket at a port of this machine, 0: at one that is free. ArgumentError for one that cannot be had."""
    whole("port", port, 0, MOST_PORT)
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ArgumentError(
            "port", f"found {port}: {reason.lower()}; allowed: one that is free, 0 finds it"
        ) from error


def check() -> None:
    """PowersimError where what the page is made of is not installed, or not what belongs together."""
    try:
        found = {name: metadata.version(name) for name in ("solara", "solara-assets")}
    except metadata.PackageNotFoundError as error:
        raise PowersimError(NEEDS) from error
    if len(set(found.values())) > 1:
        told = " and ".join(f"{name} {version}" for name, version in found.items())
        raise PowersimError(f"{told} do not belong together: pip install 'powersim[app]'")


def serve(
    at: socket.socket,
    page: str,
    seconds: float | None = None,
    ready: Callable[[str], None] | None = None,
    *,
    browse: bool = False,
) -> None:
    """Serve a module with a component `Page` until the user ends it, or for so many seconds.

    ready: told the address once it answers. browse: open it in the user's browser. Without any second nothing is
    served.
    """
    address = f"http://{HOST}:{at.getsockname()[1]}/"
    if seconds == 0.0:
        if ready is not None:
            ready(address)
        return
    import uvicorn

    warnings.filterwarnings(
        "ignore", "Cookies with samesite", UserWarning
    )  # which are for pages within pages
    # what a page asked for and had not begun when the server ends
    warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
    with tempfile.TemporaryDirectory(prefix="powersim-app-") as home:
        settings = {"SOLARA_HOME": home, **SETTINGS}
        os.environ.update({name: value for name, value in settings.items() if name not in os.environ})
        port = at.getsockname()[1]
        server = uvicorn.Server(
            uvicorn.Config(
                Local(_site(page), port), log_level="critical", access_log=False, loop="asyncio",
                timeout_graceful_shutdown=1,
            )
        )  # fmt: skip
        ended = threading.Event()  # a thread that was joined when a signal came is taken for one that is over

        def run() -> None:
            try:
                server.run([at])
            finally:
                ended.set()

        threading.Thread(target=run, name="page", daemon=True).start()
        try:
            while not (server.started or ended.wait(0.05)):
                pass
            if ready is not None:
                ready(address)
            if browse:
                webbrowser.open(address)
            ended.wait(seconds)
        finally:
            server.should_exit = True
            ended.wait(PATIENCE)
            rest(PATIENCE)


def _site(page: str) -> Asgi:
    """Solara's site, with files from this disk where it would fetch what is missing."""
    import solara.server.app as apps
    import solara.server.settings
    import solara.server.starlette as solara_site
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    apps.apps["__default__"] = apps.AppScript(page)
    assets = StaticFiles(directory=solara.server.settings.assets.proxy_cache_dir)
    files = Mount("/_solara/cdn", assets)
    site: Asgi = Starlette(routes=[files, Mount("/", solara_site.app)], lifespan=solara_site.lifespan)
    return site
