"""Lambda's runtime on one machine: a zygote that imports the handlers once, and the workers that it forks.

Started by `infra.local.workers` as `python -m infra.local.runtime FD MODULE…`. The zygote has no threads, so that
forking it is safe, and it alone kills and reaps workers, so that a process id never means another process."""

import ctypes
import gc
import importlib
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from lms import clock

READY = b"ready"
RESULT, ERROR = b"result", b"error"
# Lambda's limit for a synchronous answer: 6 MiB and a hundred bytes.
MAX_RESULT_BYTES = 6_291_556
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Context:
    """The context object of the Python runtime, with the names that AWS gives."""

    aws_request_id: str
    function_name: str
    memory_limit_in_mb: str
    invoked_function_arn: str
    log_group_name: str
    log_stream_name: str
    deadline: float
    function_version: str = "$LATEST"
    client_context: None = None
    identity: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the worker is killed, never negative."""
        return max(int((self.deadline - time.time()) * 1000), 0)


class RuntimeFault(Exception):
    """A failure outside the handler's own code, under the name that Lambda gives it."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type


def main(arguments: Sequence[str]) -> None:
    """Import the handler modules, tell the pool so, and fork workers until it goes away."""
    control = socket.socket(fileno=int(arguments[0]))
    log_every_library()
    try:
        for module in arguments[1:]:
            importlib.import_module(module)
        if threading.active_count() > 1:
            raise RuntimeError(f"importing the handlers started threads: {threading.enumerate()}")
    except Exception as error:
        traceback.print_exc()
        control.sendall(f"{type(error).__name__}: {error}".encode()[:4000])
        return
    # What is imported stays out of the collector, so that workers share its pages with the zygote.
    gc.collect()
    gc.freeze()
    control.sendall(READY)
    serve(control)


class JsonLine(logging.Formatter):
    """A record as Lambda's runtime writes it in its JSON format."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"level": record.levelname, "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            line["stackTrace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def log_every_library() -> None:
    """Lambda's runtime logs what any library says, at the function's log level and above."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLine())
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "INFO"), handlers=[handler])


def serve(control: socket.socket) -> None:
    """Answer `fork` (with a worker's socket) by a process id and `end PID` by its exit code. When the pool has
    closed its end or died with it, kill the workers and return."""
    workers: set[int] = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 64, 1)
        if not message:
            break
        if descriptors:
            answer = fork_worker(control, descriptors[0])
            workers.add(answer)
        else:
            pid = int(message.removeprefix(b"end "))
            workers.remove(pid)
            answer = end_worker(pid)
        control.sendall(str(answer).encode())
    for pid in workers:
        end_worker(pid)


def fork_worker(control: socket.socket, descriptor: int) -> int:
    """Fork a process that takes invocations from `descriptor`; returns its id, in the zygote only."""
    zygote = os.getpid()
    pid = os.fork()
    if pid:
        os.close(descriptor)
        return pid
    try:
        control.close()
        die_with(zygote)
        work(Connection(descriptor))
    finally:
        # Never back into the zygote's loop, whatever a handler raised; SystemExit is a crash in Lambda too.
        os._exit(1)


def end_worker(pid: int) -> int:
    """Kill a worker and reap it; returns its exit code, or minus the signal that ended it."""
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def die_with(parent: int) -> None:
    """Let the kernel kill this process when its parent dies (Linux; elsewhere it ends after its event)."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def work(connection: Connection) -> None:
    """Handle one invocation after the other until the pool closes the connection."""
    while True:
        try:
            call = json.loads(connection.recv_bytes())
            event = json.loads(connection.recv_bytes())
        except EOFError:
            return
        outcome, answer = invoke(call, event)
        connection.send_bytes(outcome)
        connection.send_bytes(answer)


def invoke(call: Mapping[str, Any], event: Any) -> tuple[bytes, bytes]:
    """Run one handler; returns RESULT with its JSON, or ERROR with Lambda's errorType and errorMessage."""
    clock.shift(call["clock_offset"])
    os.environ["AWS_LAMBDA_FUNCTION_NAME"] = call["context"]["function_name"]
    try:
        handler = find_handler(call["handler"])
        return RESULT, encode_result(handler(event, Context(**call["context"])))
    except Exception as error:
        traceback.print_exc()
        error_type = error.error_type if isinstance(error, RuntimeFault) else type(error).__name__
        description = {"errorType": error_type, "errorMessage": str(error)}
        return ERROR, json.dumps(description).encode()


def find_handler(name: str) -> Callable[[Any, Context], Any]:
    """The function that `package.module.function` names."""
    module_name, _, function_name = name.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise RuntimeFault("Runtime.ImportModuleError", message) from error
    handler = getattr(module, function_name, None)
    if not callable(handler):
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        raise RuntimeFault("Runtime.HandlerNotFound", message)
    return handler  # type: ignore[no-any-return]


def encode_result(result: Any) -> bytes:
    """The result as Lambda hands it on: UTF-8 JSON of at most 6 MB."""
    try:
        answer = json.dumps(result, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise RuntimeFault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error
    if len(answer) > MAX_RESULT_BYTES:
        message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESULT_BYTES} bytes)."
        raise RuntimeFault("Function.ResponseSizeTooLarge", message)
    return answer


if __name__ == "__main__":
    main(sys.argv[1:])
