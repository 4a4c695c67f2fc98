"""A dask cluster on this machine for one study, which lets nobody else in.

Scheduler and workers speak TLS with a key that is made for the study and kept in memory: whoever has it could let the
workers run anything. Nothing listens beside them: no pages about the cluster's state, which dask serves even with its
dashboard off. What workers write lies in a temporary folder that goes with the cluster.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dask
import distributed
from distributed import Nanny, Security, SpecCluster

from powersim._signals import deaf

HOST = "127.0.0.1"


class Scheduler(distributed.Scheduler):  # type: ignore[misc]
    """A scheduler without pages."""

    def start_http_server(self, *_: Any, **__: Any) -> None:
        """Nothing to show."""


class Worker(distributed.Worker):  # type: ignore[misc]
    """A worker without pages."""

    def start_http_server(self, *_: Any, **__: Any) -> None:
        """Nothing to show."""


@contextmanager
def local_cluster(workers: int) -> Iterator[SpecCluster]:
    """A cluster of so many processes with a thread each.

    ImportError where the library that makes keys is absent; RuntimeError, OSError or TimeoutError when it does not
    start.
    """
    security = Security.temporary()
    common = {"host": HOST, "protocol": "tls://", "security": security, "dashboard": False}
    with (
        tempfile.TemporaryDirectory(prefix="powersim-", ignore_cleanup_errors=True) as folder,
        dask.config.set({"temporary-directory": folder}),
    ):
        worker = {
            "cls": Nanny,
            "options": {
                **common, "nthreads": 1, "worker_class": Worker, "silence_logs": logging.CRITICAL,
            },
        }  # fmt: skip
        with deaf():  # an interruption of the group is for the process that writes results
            cluster = SpecCluster(
                scheduler={"cls": Scheduler, "options": {**common, "port": 0}},
                workers=dict.fromkeys(range(workers), worker),
                security=security,
                silence_logs=logging.CRITICAL,
            )
        with cluster:
            yield cluster
