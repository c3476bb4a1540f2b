"""A web server for a built site, with the manners of GitHub Pages."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


@contextmanager
def serve(folder: Path, *, baseurl: str = "") -> Iterator[str]:
    """Serve `folder` under `baseurl` on a free port; yields the whole address of the home page."""
    handler = partial(_Handler, directory=str(folder), baseurl=baseurl)
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{baseurl}/"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    """Keeps quiet when a browser leaves before it has got everything."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(SimpleHTTPRequestHandler):
    """Finds `/x` in `x`, `x.html` or `x/index.html`; anything outside `baseurl` isn't there."""

    def __init__(self, *args: Any, baseurl: str, **kwargs: Any) -> None:
        self.baseurl = baseurl
        super().__init__(*args, **kwargs)

    def translate_path(self, path: str) -> str:
        asked = unquote(urlsplit(path).path)
        folder = Path(self.directory)
        if not asked.startswith(f"{self.baseurl}/"):
            return str(folder / "no such file")
        file = folder / asked.removeprefix(f"{self.baseurl}/")
        for found in (file, file.with_name(f"{file.name}.html"), file / "index.html"):
            if found.is_file():
                return str(found)
        return str(folder / "no such file")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def guess_type(self, path: Any) -> str:
        guessed = super().guess_type(path)
        return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed

    def log_message(self, format: str, *args: Any) -> None:
        pass
