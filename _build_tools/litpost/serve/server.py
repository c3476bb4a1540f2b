"""The web server of the preview: for this machine alone."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from litpost.errors import LitpostError, UsageError
from litpost.serve.answers import Answer, Answers
from litpost.serve.board import Board, Notice
from litpost.serve.pages import FILES, OWN, with_script

HOST = "127.0.0.1"
FIRST_PORT = 4000
TYPES = {"serve.js": "text/javascript; charset=utf-8", "serve.css": "text/css; charset=utf-8"}
PULSE = 15.0  # seconds after which something is sent, to learn that nobody listens any more


def open_server(board: Board, answers: Answers, port: int | None) -> ThreadingHTTPServer:
    """Take a port of this machine: one that was named, or 4000 or any other that is free.

    Raises
    ------
    UsageError
        The port that was named is in use, or isn't ours to take.
    """
    handler = partial(_Handler, board, answers)
    for each in (FIRST_PORT, 0) if port is None else (port,):
        try:
            return _Server((HOST, each), handler)
        except (OSError, OverflowError) as error:
            if port is not None:
                reason = getattr(error, "strerror", None) or "there is no such port"
                raise UsageError(
                    f"port {port} can't be used: {reason}; "
                    "name another by `--port N`, or none and a free one is found"
                ) from None
    raise UsageError("no port is free")


@contextmanager
def serving(server: ThreadingHTTPServer, board: Board) -> Iterator[str]:
    """Answer requests while the context lasts; yields the address of the first page."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}/"
    finally:
        board.close()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """Keeps quiet when a browser leaves before it has got everything."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: ThreadingHTTPServer

    def __init__(self, board: Board, answers: Answers, *arguments: Any) -> None:
        self._board, self._answers = board, answers
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Send what is behind an address."""
        # Another site may have its own name lead here, to read what this machine's user writes.
        names = (HOST, "localhost")
        if self.headers.get("Host") not in [f"{name}:{self.server.server_port}" for name in names]:
            self._send(Answer(b"This address isn't served here.\n", "text/plain"), 403)
            return
        path, version = unquote(urlsplit(self.path).path), self._board.notice.version
        if path == f"{OWN}events":
            self._send_events()
            return
        answer = self._find(path, version)
        if answer:
            self._send(answer, 200)
        else:
            page = b"<!doctype html>\n<title>Not found</title>\n<p>There is no such page.</p>\n"
            self._send(Answer(with_script(page, version)), 404)

    do_HEAD = do_GET  # noqa: N815

    def _find(self, path: str, version: str) -> Answer | None:
        name = path.removeprefix(OWN)
        if path.startswith(OWN):
            return Answer((FILES / name).read_bytes(), TYPES[name]) if name in TYPES else None
        try:
            return self._answers.find(path, version)
        except LitpostError:
            return None  # the board tells of it

    def _send(self, answer: Answer, status: int) -> None:
        self.send_response(HTTPStatus(status))
        self.send_header("Content-Type", answer.type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _send_events(self) -> None:
        """Tell the newest notice, and every one that follows, as server-sent events."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        seen: Notice | None = None
        while self.command != "HEAD" and not (seen and seen.is_over):
            notice = self._board.wait(seen, PULSE)
            text = ": still here\n\n" if notice is seen else f"data: {notice.as_json()}\n\n"
            self.wfile.write(text.encode())
            self.wfile.flush()
            seen = notice

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: builds have the terminal."""
