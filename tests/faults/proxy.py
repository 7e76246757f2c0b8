"""A proxy between functions and the local cloud: counts calls, and lets chosen writes go wrong.

At write number n it can end the calling worker before the write is forwarded, after it was done, or with half
a batch done, or drop the connection so that the worker's client does not know. It can refuse half a batch.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from types import TracebackType
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from cli.cloud.emulator import REGION
from tests.faults import workers
from tests.faults.writes import Fault, Kind

_READS = ("Get", "BatchGet", "Query", "Scan", "List", "Describe", "TransactGet", "Decrypt")
UNPROCESSED = 0.3  # of the batches, when parts are refused
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "expect"}


class FaultProxy:
    """Listens on a free port of 127.0.0.1 and forwards to `upstream` (http://127.0.0.1:port)."""

    def __init__(self, upstream: str, *, emulator_pid: Callable[[], int]) -> None:
        self.upstream = _place(upstream)
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
            self.killed: list[int] = []
            self.refuse_parts: Random | None = None

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

    @contextmanager
    def forwarding_to(self, address: str) -> Iterator[None]:
        """Forward to another proxy for a while."""
        before, self.upstream = self.upstream, _place(address)
        try:
            yield
        finally:
            self.upstream = before

    def refuses_a_part(self) -> bool:
        """Whether a batch is to be done by half, the rest handed back unprocessed."""
        return self.refuse_parts is not None and self.refuse_parts.random() < UNPROCESSED

    def kill_caller(self, port: int) -> None:
        """End the worker whose connection comes from `port`."""
        caller = workers.owner_of(port, among=workers.workers_of(self.emulator_pid()))
        if caller is not None and workers.kill(caller):
            self.killed.append(caller)


class _Handler(BaseHTTPRequestHandler):
    """One connection of a worker."""

    protocol_version = "HTTP/1.1"
    proxy: FaultProxy

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def pass_on(self) -> None:
        """Forward a request and its answer, or what a fault leaves of them."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        operation = self._operation()
        kind = self.proxy.note(operation)
        if kind is Kind.DIES_BEFORE:
            self.proxy.kill_caller(self.client_address[1])
        if kind in (Kind.DIES_BEFORE, Kind.REQUEST_LOST):
            self.close_connection = True
            return
        sent, left = dict(self.headers.items()), {}
        if operation == "BatchWriteItem" and (kind is Kind.DIES_WITHIN or self.proxy.refuses_a_part()):
            body, left = _halved(body)
            sent |= _signature(f"http://{self.headers['Host']}{self.path}", sent, body)
        try:
            status, headers, answer = self._ask(sent, body)
        except (OSError, http.client.HTTPException):  # no answer from there: none from here
            self.close_connection = True
            return
        if kind in (Kind.DIES_AFTER, Kind.DIES_WITHIN):
            self.proxy.kill_caller(self.client_address[1])
        if kind in (Kind.DIES_AFTER, Kind.DIES_WITHIN, Kind.ANSWER_LOST):
            self.close_connection = True
            return
        if left and status == HTTPStatus.OK:
            answer = json.dumps({**json.loads(answer), "UnprocessedItems": left}).encode()
            headers = [header for header in headers if header[0].lower() != "x-amz-crc32"]
        self._answer(status, headers, answer)

    def _answer(self, status: int, headers: list[tuple[str, str]], answer: bytes) -> None:
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

    def _ask(self, sent: dict[str, str], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(*self.proxy.upstream, timeout=60)
        try:
            headers = {name: value for name, value in sent.items() if name.lower() not in _HOP_BY_HOP}
            connection.request(self.command, self.path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


def _place(address: str) -> tuple[str, int]:
    host, _, port = address.removeprefix("http://").partition(":")
    return host, int(port)


def _halved(body: bytes) -> tuple[bytes, dict[str, Any]]:
    """A batch's first half, and what is left of it (nothing of a batch of one)."""
    request = json.loads(body)
    ((table, items),) = request["RequestItems"].items()
    half = (len(items) + 1) // 2
    request["RequestItems"] = {table: items[:half]}
    return json.dumps(request).encode(), {table: items[half:]} if items[half:] else {}


def _signature(url: str, headers: dict[str, str], body: bytes) -> dict[str, str]:
    """The headers that sign a changed body, as the local cloud's root."""
    kept = {name: headers[name] for name in ("Host", "X-Amz-Target", "Content-Type") if name in headers}
    request = AWSRequest(method="POST", url=url, data=body, headers=kept)
    SigV4Auth(Credentials("test", "test"), "dynamodb", REGION).add_auth(request)
    return dict(request.headers.items())


for _method in ("GET", "PUT", "POST", "DELETE", "HEAD"):
    setattr(_Handler, f"do_{_method}", _Handler.pass_on)
