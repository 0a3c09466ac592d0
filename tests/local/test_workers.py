"""The pool of forked workers: isolation, deadlines, death and replacement, the movable clock, payload limits."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from infra.local.workers import (
    MAX_EVENT_BYTES,
    FunctionError,
    FunctionTimeout,
    PayloadTooLarge,
    WorkerDied,
    Workers,
)

MODULE = "tests.local.handlers.probe"
HANDLER = f"{MODULE}.lambda_handler"
SIZE = 2


@pytest.fixture(scope="module")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workers") / "functions.log"


@pytest.fixture(scope="module")
def pool(log_file: Path) -> Iterator[Workers]:
    workers = Workers(size=SIZE, environment={"PROBE": "set"}, preload=[MODULE], log_file=log_file)
    workers.start()
    yield workers
    workers.stop()


def run(workers: Workers, timeout: float = 20, **event: Any) -> Any:
    return workers.invoke(HANDLER, event, timeout=timeout, function_name="ProbeFunction", memory=256)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true"
        time.sleep(0.002)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_handler_gets_its_event_and_a_lambda_context(pool: Workers) -> None:
    seen = run(pool, do="describe", timeout=9)
    assert seen["pid"] != os.getpid()
    assert seen["function_name"] == seen["environment_function"] == "ProbeFunction"
    assert seen["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:ProbeFunction"
    assert seen["memory"] == "256"
    assert 0 < seen["remaining"] <= 9000
    assert seen["request_id"] != run(pool, do="describe")["request_id"]


def test_the_environment_is_the_function_s_without_the_caller_s_aws_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "someone's own account")
    workers = Workers(size=1, environment={"PROBE": "mine"}, preload=[MODULE])
    workers.start()
    try:
        seen = run(workers, do="describe")
    finally:
        workers.stop()
    assert (seen["variable"], seen["credentials"]) == ("mine", None)


@pytest.mark.parametrize("value", [None, 1.5, "ü\u2028\U0001f600", [{"a": [True]}]])
def test_json_results_pass(pool: Workers, value: Any) -> None:
    assert run(pool, do="echo", value=value) == value


def test_a_handler_s_exception_is_reported_and_its_worker_lives_on(pool: Workers) -> None:
    with pytest.raises(FunctionError) as failure:
        run(pool, do="fail", value="no such thing")
    assert (failure.value.type, failure.value.message) == ("ValueError", "no such thing")
    assert run(pool, do="describe")["events"] > 1


@pytest.mark.parametrize(
    ("handler", "event", "error_type"),
    [
        (HANDLER, {"do": "object"}, "Runtime.MarshalError"),
        (HANDLER, {"do": "large", "bytes": 6_291_555}, "Function.ResponseSizeTooLarge"),
        (f"{MODULE}.missing", {}, "Runtime.HandlerNotFound"),
        ("tests.local.handlers.missing.lambda_handler", {}, "Runtime.ImportModuleError"),
    ],
)
def test_the_runtime_s_own_failures_have_lambda_s_names(
    pool: Workers, handler: str, event: dict[str, Any], error_type: str
) -> None:
    with pytest.raises(FunctionError) as failure:
        pool.invoke(handler, event, timeout=20, function_name="ProbeFunction")
    assert failure.value.type == error_type


def test_the_largest_result_and_event_pass(pool: Workers) -> None:
    assert len(run(pool, do="large", bytes=6_291_554)) == 6_291_554
    overhead = len('{"do": "echo", "padding": ""}')
    assert run(pool, do="echo", padding="x" * (MAX_EVENT_BYTES - overhead)) is None


def test_an_event_over_six_megabytes_is_refused_before_a_worker_sees_it(pool: Workers) -> None:
    before = run(pool, do="describe")["events"]
    with pytest.raises(PayloadTooLarge):
        run(pool, do="echo", padding="x" * MAX_EVENT_BYTES)
    assert run(pool, do="describe")["events"] == before + 1


def test_the_deadline_kills_the_worker(pool: Workers, tmp_path: Path) -> None:
    before = run(pool, do="describe")["pid"]
    with pytest.raises(FunctionTimeout, match=r"Task timed out after 0\.20 seconds"):
        run(pool, do="wait", path=str(tmp_path / "never"), timeout=0.2)
    assert not is_alive(before)
    assert pool.busy() == []
    assert run(pool, do="describe")["pid"] != before


def test_a_handler_that_exits_is_a_dead_worker(pool: Workers) -> None:
    with pytest.raises(WorkerDied, match="exit status"):
        run(pool, do="exit")
    assert run(pool, do="echo", value=1) == 1


def test_a_busy_worker_can_be_found_and_killed_and_the_next_event_runs(pool: Workers, tmp_path: Path) -> None:
    event = {"do": "wait", "path": str(tmp_path / "never")}
    with ThreadPoolExecutor() as threads:
        step = threads.submit(run, pool, **event)
        wait_until(lambda: bool(pool.busy()))
        [(pid, name, seen)] = pool.busy()
        assert (name, seen) == ("ProbeFunction", event)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(WorkerDied, match="signal 9"):
            step.result(timeout=20)
    assert run(pool, do="echo", value="next") == "next"


def test_a_worker_killed_while_idle_is_replaced_unseen(pool: Workers) -> None:
    pid = run(pool, do="describe")["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid))
    assert run(pool, do="describe")["pid"] != pid


def is_running(pid: int) -> bool:
    """False for a zombie too: the zygote reaps a worker only when the pool asks."""
    return f"{pid} (" in stat(pid) and ") Z " not in stat(pid)


def stat(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_each_process_handles_one_event_at_a_time_and_more_are_forked_while_all_are_busy(
    pool: Workers, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    count = 3 * SIZE
    with ThreadPoolExecutor(count) as threads:
        steps = [threads.submit(run, pool, do="wait", path=str(gate)) for _ in range(count)]
        wait_until(lambda: len(pool.busy()) == count)
        pids = [pid for pid, _, _ in pool.busy()]
        gate.touch()
        assert [step.result(timeout=20) for step in steps] == [None] * count
    assert len(set(pids)) == count
    assert sum(map(is_alive, pids)) <= SIZE


def test_many_threads_never_mix_their_answers(pool: Workers) -> None:
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(lambda n: run(pool, do="echo", value=n), range(400))) == list(range(400))


def test_the_clock_moves_in_every_worker_and_back(pool: Workers) -> None:
    pool.clock_offset = 86_400.0
    try:
        assert run(pool, do="describe")["now"] - time.time() == pytest.approx(86_400, abs=5)
    finally:
        pool.clock_offset = 0.0
    assert run(pool, do="describe")["now"] == pytest.approx(time.time(), abs=5)


def test_what_handlers_print_is_in_the_log(pool: Workers, log_file: Path) -> None:
    run(pool, do="print", value="a line of log")
    assert "a line of log\n" in log_file.read_text()
    assert "a line of log on stderr\n" in log_file.read_text()


def test_start_names_the_module_that_cannot_be_imported() -> None:
    workers = Workers(size=1, environment={}, preload=["tests.local.handlers.missing"])
    with pytest.raises(RuntimeError, match=r"No module named 'tests\.local\.handlers\.missing'"):
        workers.start()


def test_stop_leaves_no_process_and_fails_what_was_under_way(tmp_path: Path) -> None:
    workers = Workers(size=2, environment={}, preload=[MODULE])
    workers.start()
    failures: Future[BaseException] = Future()

    def step() -> None:
        try:
            run(workers, do="wait", path=str(tmp_path / "never"))
        except FunctionError as error:
            failures.set_result(error)

    thread = threading.Thread(target=step)
    thread.start()
    wait_until(lambda: bool(workers.busy()))
    [(pid, _, _)] = workers.busy()
    workers.stop()
    thread.join(20)
    assert isinstance(failures.result(timeout=20), WorkerDied)
    assert not is_running(pid)
    with pytest.raises(WorkerDied, match="stopped"):
        run(workers, do="echo")


def test_workers_die_with_the_process_that_forked_them(tmp_path: Path) -> None:
    workers = Workers(size=1, environment={}, preload=[MODULE])
    workers.start()
    with ThreadPoolExecutor() as threads:
        zygote = run(workers, do="describe")["zygote"]
        step = threads.submit(run, workers, do="wait", path=str(tmp_path / "never"))
        wait_until(lambda: bool(workers.busy()))
        os.kill(zygote, signal.SIGKILL)
        with pytest.raises(WorkerDied):
            step.result(timeout=20)
    with pytest.raises(WorkerDied, match="no worker could be started"):
        run(workers, do="echo")
    workers.stop()


def test_workers_die_with_a_parent_that_is_killed() -> None:
    program = f"""
import threading
from infra.local.workers import Workers
workers = Workers(size=2, environment={{}}, preload=["{MODULE}"])
workers.start()
call = dict(timeout=60, function_name="ProbeFunction")
print(workers.invoke("{HANDLER}", {{"do": "describe"}}, **call)["pid"], flush=True)
threading.Thread(target=workers.invoke, args=("{HANDLER}", {{"do": "sleep", "seconds": 60}}), kwargs=call).start()
while not workers.busy():
    pass
print(workers.busy()[0][0], flush=True)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert parent.stdout
    pids = [int(parent.stdout.readline()) for _ in range(2)]
    parent.kill()
    parent.wait()
    for pid in pids:
        wait_until(lambda pid=pid: not is_running(pid))
