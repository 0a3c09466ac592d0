"""Functions run one event at a time in forked processes, as Lambda runs them: the pool that hands events out."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from infra.local import runtime
from infra.local.template import ACCOUNT, REGION

# Lambda's limit for a synchronous event (6 MiB).
MAX_EVENT_BYTES = 6_291_456
_STDERR = 2
_START_SECONDS = 120
_STOP_SECONDS = 5


class Function(Protocol):
    """What invoking a deployed function needs; `timeout` in seconds, `memory` in MB."""

    @property
    def logical_id(self) -> str: ...
    @property
    def handler(self) -> str: ...
    @property
    def timeout(self) -> float: ...
    @property
    def memory(self) -> int: ...


class Deployment(Protocol):
    """The deployed functions by logical id."""

    @property
    def functions(self) -> Mapping[str, Function]: ...


class PayloadTooLarge(Exception):
    """The event is over Lambda's 6 MB; nothing was invoked."""


class FunctionError(Exception):
    """The function failed; `type` and `message` as Lambda reports them."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(f"{type}: {message}")
        self.type = type
        self.message = message


class FunctionTimeout(FunctionError):
    """The deadline passed and the worker was killed."""

    def __init__(self, seconds: float) -> None:
        super().__init__("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds")


class WorkerDied(FunctionError):
    """The process ended in the middle of an event: it exited, crashed, or was killed from outside."""

    def __init__(self, reason: str) -> None:
        super().__init__("Runtime.ExitError", f"Runtime exited: {reason}")


@dataclass(frozen=True)
class _Worker:
    pid: int
    connection: Connection

    def run(self, call: Mapping[str, Any], event: bytes, timeout: float) -> tuple[bytes, Any]:
        self.connection.send_bytes(json.dumps(call).encode())
        self.connection.send_bytes(event)
        if not self.connection.poll(timeout):
            raise FunctionTimeout(timeout)
        return self.connection.recv_bytes(), json.loads(self.connection.recv_bytes())


class Workers:
    """`size` warm processes, up to four times as many while all are busy (Lambda scales out; a long AI step must
    not make a request wait). `preload` names the handler modules that are imported once, before any fork. What
    handlers print is appended to `log_file`, or goes to this process's stderr."""

    clock_offset: float
    """Seconds that the handlers' clock (lms.clock) is ahead of real time; sent with every event."""

    def __init__(
        self, *, size: int, environment: Mapping[str, str], preload: Sequence[str], log_file: Path | None = None
    ) -> None:
        self.clock_offset = 0.0
        self._size = size
        self._environment = environment
        self._preload = preload
        self._log_file = log_file
        self._concurrency = threading.BoundedSemaphore(4 * size)
        self._idle: list[_Worker] = []
        self._busy: dict[int, tuple[str, Mapping[str, Any]]] = {}
        self._lock = threading.Lock()
        self._zygote = _Zygote()

    def start(self) -> None:
        """Import the handlers and fork the warm workers; RuntimeError says which import failed."""
        self._zygote.start(self._preload, _process_environment(self._environment), self._log_file)
        self._idle.extend(self._zygote.fork() for _ in range(self._size))

    def stop(self) -> None:
        """Kill every worker, the busy ones included. Idempotent."""
        self._zygote.stop()
        with self._lock:
            while self._idle:
                self._idle.pop().connection.close()

    def busy(self) -> list[tuple[int, str, Mapping[str, Any]]]:
        """(process id, function name, event) of each invocation under way."""
        with self._lock:
            return [(pid, name, event) for pid, (name, event) in self._busy.items()]

    def invoke(
        self, handler: str, event: Mapping[str, Any], *, timeout: float, function_name: str, memory: int = 512
    ) -> Any:
        """Run a handler to its end and return its result. `timeout` (seconds) counts from when a worker is free.

        Raises PayloadTooLarge, FunctionError, and its kinds FunctionTimeout and WorkerDied. Thread-safe."""
        payload = json.dumps(event, ensure_ascii=False).encode()
        if len(payload) > MAX_EVENT_BYTES:
            raise PayloadTooLarge(
                f"Request must be smaller than {MAX_EVENT_BYTES} bytes for the InvokeFunction operation"
            )
        with self._concurrency:
            worker = self._take(function_name, event)
            call = {
                "handler": handler,
                "clock_offset": self.clock_offset,
                "context": _context(function_name, memory, time.time() + timeout),
            }
            try:
                outcome, answer = worker.run(call, payload, timeout)
            except (EOFError, OSError) as error:
                raise WorkerDied(self._end(worker)) from error
            except BaseException:
                self._end(worker)
                raise
            self._give_back(worker)
        if outcome == runtime.ERROR:
            raise FunctionError(answer["errorType"], answer["errorMessage"])
        return answer

    def _take(self, function_name: str, event: Mapping[str, Any]) -> _Worker:
        worker = self._idle_worker() or self._zygote.fork()
        with self._lock:
            self._busy[worker.pid] = (function_name, event)
        return worker

    def _idle_worker(self) -> _Worker | None:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                worker = self._idle.pop()
            # An idle worker has nothing to say: what can be read is the end of its stream.
            if not worker.connection.poll():
                return worker
            self._zygote.end(worker)

    def _give_back(self, worker: _Worker) -> None:
        with self._lock:
            surplus = len(self._idle) >= self._size
            if not surplus:
                del self._busy[worker.pid]
                self._idle.append(worker)
        if surplus:
            self._end(worker)

    def _end(self, worker: _Worker) -> str:
        with self._lock:
            self._busy.pop(worker.pid, None)
        return self._zygote.end(worker)


class _Zygote:
    """The process that forks the workers, seen from the pool."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._lock = threading.Lock()

    def start(self, preload: Sequence[str], environment: Mapping[str, str], log_file: Path | None) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-u", "-m", runtime.__name__, str(theirs.fileno()), *preload]
        with theirs, log_file.open("ab") if log_file else nullcontext(_STDERR) as output:
            # It ends when `ours` closes, with this process at the latest. A death signal would come too early: the
            # kernel sends it when the thread that called start() ends. A session of its own keeps Ctrl-C from it.
            self._process = subprocess.Popen(
                command,
                env=environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._control = ours
        ours.settimeout(_START_SECONDS)
        answer = ours.recv(4096)
        ours.settimeout(None)
        if answer != runtime.READY:
            self.stop()
            raise RuntimeError(f"the handlers cannot be imported: {answer.decode() or 'the process ended'}")

    def stop(self) -> None:
        with self._lock:
            if self._control:
                self._control.close()
                self._control = None
        if self._process:
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def fork(self) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                pid = int(self._ask(b"fork", [theirs.fileno()]))
            except OSError as error:
                ours.close()
                raise WorkerDied(f"no worker could be started: {error}") from error
        return _Worker(pid, Connection(ours.detach()))

    def end(self, worker: _Worker) -> str:
        """Kill and reap a worker; returns how it ended, in words."""
        worker.connection.close()
        try:
            code = int(self._ask(b"end %d" % worker.pid))
        except OSError:
            return "the workers were stopped"
        return f"signal {-code}" if code < 0 else f"exit status {code}"

    def _ask(self, request: bytes, descriptors: Sequence[int] = ()) -> bytes:
        with self._lock:
            if self._control is None:
                raise ConnectionError("the workers are stopped")
            socket.send_fds(self._control, [request], descriptors)
            answer = self._control.recv(64)
        if not answer:
            raise ConnectionError("the process that forks the workers has died")
        return answer


def _process_environment(environment: Mapping[str, str]) -> dict[str, str]:
    # Without the caller's AWS_ variables: a local stack must never reach a real account.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    paths = [environment.get("PYTHONPATH", ""), *map(os.path.abspath, sys.path)]
    return {**inherited, **environment, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _context(function_name: str, memory: int, deadline: float) -> dict[str, Any]:
    return {
        "aws_request_id": str(uuid.uuid4()),
        "function_name": function_name,
        "memory_limit_in_mb": str(memory),
        "invoked_function_arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function_name}",
        "log_group_name": f"/aws/lambda/{function_name}",
        "log_stream_name": "local",
        "deadline": deadline,
    }
