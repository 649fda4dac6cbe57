"""The processes of the demo: started together, ended together."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import FrameType


class Stopped(Exception):
    """Somebody wants the demo to end."""


class Processes:
    """Children of this process, each with its output in a file of its own in `logs`."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a Python module of this environment: `command` is what follows `python -m`."""
        with (self.logs / f"{name}.log").open("wb") as log:
            self.children[name] = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-m", *command],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def wait_for(self, name: str, url: str, seconds: float = 30) -> None:
        """Until the address answers; SystemExit when the process dies or it takes too long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check(name)
            try:
                urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - loopback
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise SystemExit(f"{name} does not answer. See {self.logs / name}.log")

    def check(self, name: str) -> None:
        """SystemExit when a process has ended by itself."""
        if self.children[name].poll() is not None:
            raise SystemExit(f"{name} has ended. See {self.logs / name}.log")

    def watch(self) -> None:
        """Until somebody ends the demo or one of its processes does."""
        signal.signal(signal.SIGTERM, self.on_signal)
        try:
            while True:
                for name in self.children:
                    self.check(name)
                time.sleep(0.5)
        except (KeyboardInterrupt, Stopped):
            return

    def on_signal(self, signum: int, frame: FrameType | None) -> None:
        """End the watch."""
        raise Stopped

    def stop(self) -> None:
        """End all, the last one started first; those that don't listen are ended harder."""
        # A second signal must not end this half-way.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for child in reversed(self.children.values()):
            end(child, signal.SIGTERM)
        deadline = time.monotonic() + 8
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                end(child, signal.SIGKILL)
                child.wait()


def end(child: subprocess.Popen[bytes], by: signal.Signals) -> None:
    """Signal a process and its children."""
    if child.poll() is None:
        os.killpg(child.pid, by)
