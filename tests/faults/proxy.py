"""A proxy between functions and the local cloud: counts calls, and lets chosen writes go wrong.

At write number n it can end the calling worker before the write is forwarded or after it was done, or drop
the connection so that the worker's client does not know.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from tests.faults import workers
from tests.faults.writes import Fault, Kind

_READS = ("Get", "BatchGet", "Query", "Scan", "List", "Describe", "TransactGet", "Decrypt")
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "expect"}


class FaultProxy:
    """Listens on a free port of 127.0.0.1 and forwards to `upstream` (http://127.0.0.1:port)."""

    def __init__(self, upstream: str, *, emulator_pid: Callable[[], int]) -> None:
        host, _, port = upstream.removeprefix("http://").partition(":")
        self.upstream = (host, int(port))
        self.emulator_pid = emulator_pid
        self._lock = threading.Lock()
        self.reset()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FaultProxy:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reset(self, *faults: Fault) -> None:
        """Count anew, with these faults to come."""
        with self._lock:
            self.faults = {fault.write: fault.kind for fault in faults}
            self.calls = 0
            self.writes: list[str] = []
            self.struck: list[Fault] = []

    def note(self, operation: str) -> Kind | None:
        """Count a call; the fault that strikes it, if one does."""
        with self._lock:
            self.calls += 1
            if operation.startswith(_READS):
                return None
            number = len(self.writes)
            self.writes.append(operation)
            kind = self.faults.pop(number, None)
            if kind is not None:
                self.struck.append(Fault(number, kind))
            return kind

    def kill_caller(self, port: int) -> None:
        """End the worker whose connection comes from `port`."""
        caller = workers.owner_of(port, among=workers.workers_of(self.emulator_pid()))
        if caller is not None:
            workers.kill(caller)


class _Handler(BaseHTTPRequestHandler):
    """One connection of a worker."""

    protocol_version = "HTTP/1.1"
    proxy: FaultProxy

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def pass_on(self) -> None:
        """Forward a request and its answer, or what a fault leaves of them."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.proxy.note(self._operation())
        if kind is Kind.DIES_BEFORE:
            self.proxy.kill_caller(self.client_address[1])
        if kind in (Kind.DIES_BEFORE, Kind.REQUEST_LOST):
            self.close_connection = True
            return
        status, headers, answer = self._ask(body)
        if kind is Kind.DIES_AFTER:
            self.proxy.kill_caller(self.client_address[1])
        if kind in (Kind.DIES_AFTER, Kind.ANSWER_LOST):
            self.close_connection = True
            return
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        with suppress(OSError):  # a caller that is gone
            self.wfile.write(answer)

    def _operation(self) -> str:
        target = self.headers.get("X-Amz-Target")
        if target:
            return target.rpartition(".")[2]
        return "Get object" if self.command in ("GET", "HEAD") else f"{self.command} object"

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(*self.proxy.upstream, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            connection.request(self.command, self.path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


for _method in ("GET", "PUT", "POST", "DELETE", "HEAD"):
    setattr(_Handler, f"do_{_method}", _Handler.pass_on)
