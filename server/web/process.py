"""The web process: uvicorn with our settings, behind the proxies that the operator trusts."""

import uvicorn
from litestar import Litestar

from server.settings import Settings

# Seconds that a connection may be idle, longer than proxies keep one: a form that arrives just as we close it is
# lost, and the service worker then says that it may not have been sent.
KEEP_ALIVE = 75


def run(app: Litestar, settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    host, port = settings.listens_on()
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=5,
    )
