"""`python -m infra.local` as a person runs it: starts, refusals and ends."""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from infra.local.process import free_port, port_is_free
from infra.local.stack import ROOT

COMMAND = [sys.executable, "-m", "infra.local"]


@pytest.fixture
def ports() -> Iterator[tuple[int, int]]:
    chosen = free_port(), free_port()
    yield chosen
    shutil.rmtree(ROOT / ".local" / str(chosen[0]), ignore_errors=True)


@contextmanager
def run(
    ports: tuple[int, int], environment: Mapping[str, str] | None = None, *, demo: bool = False
) -> Iterator[subprocess.Popen[str]]:
    port, ws_port = map(str, ports)
    paths = [ROOT / "layers" / "core" / "python", ROOT / "functions", ROOT]
    process = subprocess.Popen(
        [*COMMAND, *([] if demo else ["--no-demo"])],
        cwd=ROOT,
        env={
            # Not what other tests of this process have set for their handlers.
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "PORT": port,
            "WS_PORT": ws_port,
            "BCRYPT_COST": "4",
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            **(environment or {}),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # As in a terminal, where Ctrl-C reaches a group of its own.
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def read_until_up(stack: subprocess.Popen[str]) -> str:
    assert stack.stdout
    output = ""
    for line in stack.stdout:
        output += line
        if "Up until Ctrl-C" in line:
            return output
    raise AssertionError(f"it ended:\n{output}")


def descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for directory in Path("/proc").glob("[0-9]*"):
        # A process may end while it is looked at.
        with suppress(FileNotFoundError, ProcessLookupError):
            parent = int((directory / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(directory.name))

    def below(parent: int) -> list[int]:
        return [found for child in children.get(parent, []) for found in (child, *below(child))]

    return below(pid)


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def wait_until_gone(pids: list[int], seconds: float = 30) -> None:
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            ended, _, _ = select.select([descriptor], [], [], seconds)
            assert ended, f"process {pid} is still there: {command(pid)}"
        finally:
            os.close(descriptor)


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGKILL])
def test_it_starts_serves_and_leaves_no_process(ports: tuple[int, int], signal_number: signal.Signals) -> None:
    with run(ports) as stack:
        output = read_until_up(stack)
        for shown in (str(ports[0]), str(ports[1]), "instructor@example.org", "learner@example.org"):
            assert shown in output
        with urllib.request.urlopen(f"http://127.0.0.1:{ports[0]}/health", timeout=10) as answer:
            assert answer.status == 200
        below = descendants(stack.pid)
        assert len(below) > 3
        stack.send_signal(signal_number)
        code = stack.wait(timeout=60)
    assert code == (-signal.SIGKILL if signal_number is signal.SIGKILL else 0)
    wait_until_gone(below)
    assert all(map(port_is_free, ports))


def test_an_impatient_second_ctrl_c_ends_it_at_once(ports: tuple[int, int]) -> None:
    with run(ports) as stack:
        read_until_up(stack)
        below = descendants(stack.pid)
        # A stopped mongod cannot shut down in good order, so the first Ctrl-C gets stuck there.
        (mongod,) = (pid for pid in below if "mongod" in command(pid))
        workers = [pid for pid in below if "infra.local.runtime" in command(pid)]
        os.kill(mongod, signal.SIGSTOP)
        stack.send_signal(signal.SIGINT)
        wait_until_gone(workers)
        stack.send_signal(signal.SIGINT)
        assert stack.wait(timeout=30) == 130
    wait_until_gone(below)


@pytest.mark.parametrize("variable", ["PORT", "WS_PORT"])
def test_a_taken_port_is_said_in_one_line(ports: tuple[int, int], variable: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", ports[variable == "WS_PORT"]))
        other.listen()
        with run(ports) as stack:
            output, _ = stack.communicate(timeout=60)
    assert stack.returncode == 1
    *_, message = output.strip().splitlines()
    assert message == (
        f"Port {ports[variable == 'WS_PORT']} is taken. Stop what uses it, or choose another: {variable}=…"
    )
    assert "Traceback" not in output


def test_a_mongodb_that_is_away_is_said_in_one_line(ports: tuple[int, int]) -> None:
    with run(ports, {"MONGODB_URI": f"mongodb://127.0.0.1:{free_port()}"}) as stack:
        output, _ = stack.communicate(timeout=60)
    assert stack.returncode == 1
    assert "MONGODB_URI is set, but no MongoDB answers there" in output
    assert "Traceback" not in output
