"""A process beside that of the tests, which can be killed: it has its own connections, and what is imported already."""

import multiprocessing
import warnings
from collections.abc import Callable
from typing import Any

from flask import Flask

from ictsupport.database import db


class Beside:
    """Works with the application's database in a process of its own. The work is given what to call to say how far it is.

    Call it where nothing is open in the caller's own session.
    """

    def __init__(self, app: Flask, work: Callable[[Callable[[Any], None]], None]) -> None:
        with app.app_context():
            db.engine.dispose()  # the new process must not find connections of this one
        forking = multiprocessing.get_context("fork")
        self._heard, self._said = forking.Pipe(duplex=False)
        self._process = forking.Process(target=self._run, args=(app, work), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # of other threads: this one needs none of them
            self._process.start()

    def _run(self, app: Flask, work: Callable[[Callable[[Any], None]], None]) -> None:
        with app.app_context():
            work(self._said.send)

    def hear(self) -> Any:
        """What it says next."""
        assert self._heard.poll(60), "it says nothing"
        return self._heard.recv()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()

    def finish(self) -> None:
        self._process.join(60)
        assert self._process.exitcode == 0
