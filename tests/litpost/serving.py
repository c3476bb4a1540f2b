"""Blogs that are served by a process of their own, for tests."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.litpost.blog import Blog

PAGE = "/posts/2024-01-02-try"
PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Served:
    """A server that runs."""

    process: subprocess.Popen[str]
    port: int

    def get(self, path: str, *, host: str | None = None) -> tuple[int, str]:
        """Ask for a path as it stands; return status and text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            headers = {"Host": host or f"127.0.0.1:{self.port}"}
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def notices(self) -> Iterator[dict[str, Any]]:
        """Yield what is told, from now on, as long as patience lasts."""
        end = time.monotonic() + PATIENCE
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", "/.litpost/events")
            for line in connection.getresponse():
                assert time.monotonic() < end
                if line.startswith(b"data: "):
                    yield json.loads(line.removeprefix(b"data: "))
        finally:
            connection.close()

    def wait(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first notice of which something holds."""
        return next(notice for notice in self.notices() if holds(notice))

    def page_with(self, text: str, *, path: str = PAGE) -> str:
        """Wait for a notice after which a page has a text; return the page."""
        for _ in self.notices():
            status, page = self.get(path)
            if status == 200 and text in page:
                return page
        raise AssertionError(text)

    def stop(self, kind: signal.Signals) -> int:
        """Send a signal; return the exit status."""
        self.process.send_signal(kind)
        return self.process.wait(PATIENCE)


@contextmanager
def served(blog: Blog, *options: str) -> Iterator[Served]:
    """Serve a blog, on any free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "litpost", "serve", "--port", port, *options]
    with (
        (blog.root / "told").open("w") as told,
        subprocess.Popen(
            command, cwd=blog.root, stdout=subprocess.PIPE, stderr=told, text=True
        ) as process,
    ):
        try:
            assert process.stdout
            address = process.stdout.readline()
            assert address, blog.read("told")
            yield Served(process, urlsplit(address).port or 0)
        finally:
            if process.poll() is None:
                process.terminate()
