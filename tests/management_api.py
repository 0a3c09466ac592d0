"""API Gateway's @connections for tests in one process: records what is posted, and can be gone or hang."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote


class ManagementApi:
    """``posted`` holds each connection's messages in the order of their arrival."""

    def __init__(self) -> None:
        self.posted: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.gone: set[str] = set()
        self.closed: list[str] = []
        self.let_go = threading.Event()
        self.let_go.set()

    def post(self, connection_id: str, body: bytes) -> int:
        self.let_go.wait(10)
        if connection_id in self.gone:
            return 410
        self.posted[connection_id].append(json.loads(body))
        return 200

    def delete(self, connection_id: str) -> int:
        self.closed.append(connection_id)
        return 204


@contextmanager
def serve(port: int) -> Iterator[ManagementApi]:
    api = ManagementApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._answer(api.post(self._connection_id, self.rfile.read(int(self.headers["Content-Length"]))))

        def do_DELETE(self) -> None:
            self._answer(api.delete(self._connection_id))

        @property
        def _connection_id(self) -> str:
            return unquote(self.path.rpartition("/")[2])

        def _answer(self, status: int) -> None:
            body = b"" if status == 204 else b"{}"
            # Who waited too long has gone.
            with suppress(ConnectionError):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield api
        finally:
            api.let_go.set()
            server.shutdown()
            thread.join()
