"""The demo city's platforms: what its files hold, served over HTTP the way a platform would.

`serve` makes the city (`city`, in the platforms' own words by `spelling`), answers for it
(`server`, `page`), misbehaves on request (`faults`), and tells the `sources.yaml` that pulls from
it (`sources_yaml`). It serves loopback alone, and nobody without the token.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from scorecard.demo.serve.city import city_in
from scorecard.demo.serve.faults import FAULTS, Faults
from scorecard.demo.serve.server import CityServer
from scorecard.demo.serve.sources_yaml import TOKEN, write_sources

__all__ = ["FAULTS", "TOKEN", "CityServer", "serve", "write_sources"]


@contextmanager
def serve(
    folder: Path,
    *,
    port: int = 8765,
    faults: Collection[str] = (),
    seed: int = 2019,
    scale: float = 0.003,
    departments: int = 60,
    progress: Callable[[str], None] | None = None,
) -> Iterator[CityServer]:
    """Serves the demo city on 127.0.0.1 for as long as the context lasts, in threads.

    The token is DEMO_TOKEN of the environment, else a new one (`CityServer.made_token`), which is
    to be printed once; `CityServer.sources` is the `sources.yaml` that goes with the server.

    Args:
        folder: Where the city is kept, so that the same one need not be made again.
        port: The port; 0 takes a free one.
        faults: What goes wrong from the start, of `FAULTS`; `POST /faults/...` switches it.
        seed: As for `write_demo`.
        scale: As for `write_demo`.
        departments: As for `write_demo`.
        progress: Called with a line for each dataset made, and for each file that is left out.

    Raises:
        ConfigurationError: When an argument is out of its range or the port is taken.
    """
    switched = Faults(faults)
    city = city_in(
        folder, seed=seed, scale=scale, departments=departments, tell=progress or (lambda _: None)
    )
    try:
        given = os.environ.get(TOKEN)
        token = given or secrets.token_urlsafe(24)
        with CityServer(city, port, token, switched, made_token=not given) as server:
            thread = Thread(target=server.serve_forever, args=(0.1,), daemon=True)
            thread.start()
            try:
                yield server
            finally:
                server.shutdown()
                thread.join()
    finally:
        city.close()
