"""The whole stack on one machine: MongoDB, AWS, the functions' workers, both gateways and the event sources."""

import json
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pymongo

from infra.local.aws import Aws
from infra.local.clock import Clock
from infra.local.cloud import CREDENTIALS, Settings, client, deploy
from infra.local.database import Database, open_database
from infra.local.deployment import Deployment
from infra.local.event_sources import EventSources, invoke
from infra.local.http_gateway import HttpGateway
from infra.local.process import StackError, free_port, port_is_free
from infra.local.schedules import Schedules
from infra.local.template import REGION
from infra.local.websocket_gateway import WebSocketGateway
from infra.local.workers import FunctionError, Workers

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"

Progress = Callable[[str, int, int], None]

_GEMINI_KEY_PARAMETER = "/lms-local/gemini-api-key"
_PASSED_THROUGH = (
    "ACCESS_TOKEN_MINUTES",
    "AI_RETRY_BASE_SECONDS",
    "BCRYPT_COST",
    "FILES_COURSE_MEGABYTES",
    "FILES_USER_MEGABYTES",
    "GEMINI_BASE_URL",
    "GEMINI_MODEL",
    "LOG_LEVEL",
    "MALWARE_SCAN",
    "PASSWORD_MIN_LENGTH",
    "REFRESH_TOKEN_DAYS",
)


class Stack:
    """Started by `with`, or by `start` and `stop`.

    `state` holds data and logs, fresh at every start unless `keep`. A port of 0 means any free one. `environ`
    is where MONGODB_URI, GEMINI_API_KEY and the like come from; `environment` replaces functions' variables
    and `parameters` the template's. `visibility_timeout` (seconds) shortens redelivery for tests. `progress`
    is told each step: its name, how many are done, how many there are.
    """

    database: Database
    aws: Aws
    deployment: Deployment
    workers: Workers
    event_sources: EventSources
    schedules: Schedules

    def __init__(
        self,
        state: Path,
        *,
        port: int = 0,
        ws_port: int = 0,
        keep: bool = False,
        size: int = 8,
        environ: Mapping[str, str] = os.environ,
        environment: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        visibility_timeout: int | None = None,
        progress: Progress = lambda step, done, total: None,
    ) -> None:
        self.state = state
        self.clock = Clock()
        self.port = port or free_port()
        self.ws_port = ws_port or free_port()
        self._keep = keep
        self._size = size
        self._environ = environ
        self._environment = environment or {}
        self._parameters = parameters or {}
        self._visibility_timeout = visibility_timeout
        self._progress = progress
        self._running = ExitStack()

    @property
    def url(self) -> str:
        """The HTTP API's address."""
        return f"http://{HOST}:{self.port}"

    @property
    def ws_url(self) -> str:
        """The WebSocket API's address."""
        return f"ws://{HOST}:{self.ws_port}"

    @property
    def database_uri(self) -> str:
        """What MongoDB clients connect to."""
        return self.database.uri

    @property
    def database_name(self) -> str:
        """The database that the functions use: one of this port's own, also on a MongoDB of the user's."""
        return f"lms_local_{self.port}"

    def client(self, service: str) -> Any:
        """A boto3 client of the stack's AWS."""
        return client(service, self.aws.endpoint)

    def invoke(self, logical_id: str, event: Mapping[str, Any]) -> Any:
        """Invoke a function directly, as `aws lambda invoke` does."""
        return invoke(self.workers, self.deployment.functions[logical_id], event)

    def kill_mongod(self) -> None:
        """SIGKILL to mongod."""
        self.database.kill()

    def restart_mongod(self) -> None:
        """Start mongod again, on the same port and data."""
        self.database.restart()

    def start(self) -> None:
        """Start everything; returns when requests are served. StackError says what a person must do first."""
        self._run(
            {
                **self._ground(),
                "functions": self._start_workers,
                "indexes and library": self._prepare_database,
                "gateways": self._start_gateways,
                "queues and schedules": self._start_events,
            }
        )

    def start_ground(self) -> None:
        """Start MongoDB and AWS alone, for tests that call handlers in their own process."""
        self._run(self._ground())

    def _ground(self) -> dict[str, Callable[[], None]]:
        return {
            "ports and state": self._prepare_state,
            "MongoDB": self._start_database,
            "AWS (moto)": self._start_aws,
            "template.yaml": self._deploy,
        }

    def _run(self, steps: Mapping[str, Callable[[], None]]) -> None:
        try:
            for done, (name, step) in enumerate(steps.items()):
                self._progress(name, done, len(steps))
                step()
        except BaseException:
            self.stop()
            raise
        self._progress("ready", len(steps), len(steps))

    def stop(self) -> None:
        """Stop everything, in the reverse order of the start. Idempotent."""
        self._running.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _prepare_state(self) -> None:
        for port, variable in ((self.port, "PORT"), (self.ws_port, "WS_PORT")):
            if not port_is_free(port):
                raise StackError(f"Port {port} is taken. Stop what uses it, or choose another: {variable}=…")
        if not self._keep:
            shutil.rmtree(self.state / "mongod", ignore_errors=True)
            for name in ("mongod.log", "moto.log", "functions.log", "stack.log", "jwt_keys.json"):
                (self.state / name).unlink(missing_ok=True)
        self.state.mkdir(parents=True, exist_ok=True)

    def _start_database(self) -> None:
        self.database = open_database(self.state, self._environ)
        # moto takes its time to import: let it do so meanwhile.
        self.aws = Aws(self.state)
        self.aws.start()
        self._running.callback(self.aws.stop)
        self._running.callback(self.database.stop)
        self.database.start()
        if not self._keep:
            with pymongo.MongoClient[dict[str, Any]](self.database.uri) as client:
                client.drop_database(self.database_name)

    def _start_aws(self) -> None:
        self.aws.wait()

    def _deploy(self) -> None:
        settings = Settings(
            parameters=self._parameters,
            secrets={"MONGODB_URI": self.database.uri, "JWT_KEYS": self._jwt_keys()},
            environment=self._local_environment(),
            visibility_timeout=self._visibility_timeout,
        )
        self.deployment = deploy(ROOT / "template.yaml", self.aws.endpoint, settings)

    def _start_workers(self) -> None:
        handler_modules = {spec.handler.rpartition(".")[0] for spec in self.deployment.functions.values()}
        self.workers = Workers(
            size=self._size,
            environment=self.functions_environment(),
            # Handlers import botocore at first use; eight workers doing so at once would be slow.
            preload=["botocore.session", *sorted(handler_modules)],
            log_file=self.state / "functions.log",
        )
        self._running.callback(self.workers.stop)
        try:
            self.workers.start()
        except RuntimeError as error:
            raise StackError(f"{error}; details: {self.state / 'functions.log'}") from error
        self.clock.watch(self._move_workers)
        self._move_workers(self.clock.offset)

    def functions_environment(self) -> dict[str, str]:
        """The environment that every function runs in."""
        return {
            **self.deployment.environment(),
            **{name.upper(): value for name, value in CREDENTIALS.items()},
            "AWS_ENDPOINT_URL": self.aws.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }

    def _move_workers(self, offset: float) -> None:
        self.workers.clock_offset = offset

    def _prepare_database(self) -> None:
        try:
            self.invoke("PrepareDatabaseFunction", {})
        except FunctionError as error:
            raise StackError(
                f"Preparing the database failed: {error}; details: {self.state / 'functions.log'}"
            ) from error

    def _start_gateways(self) -> None:
        http = HttpGateway(ROOT / "infra" / "api.yaml", self.deployment, self.workers, HOST, self.port)
        websocket = WebSocketGateway(self.deployment, self.workers, HOST, self.ws_port)
        for gateway in (http, websocket):
            self._running.callback(gateway.stop)
            gateway.start()

    def _start_events(self) -> None:
        self.event_sources = EventSources(self.deployment, self.workers, concurrency=self._size)
        self.schedules = Schedules(self.deployment, self.workers, self.clock)
        for source in (self.event_sources, self.schedules):
            self._running.callback(source.stop)
            source.start()

    def _local_environment(self) -> dict[str, str]:
        passed = {name: self._environ[name] for name in _PASSED_THROUGH if name in self._environ}
        return {
            "MONGODB_URI": self.database.uri,
            "MONGODB_DATABASE": self.database_name,
            "JWT_KEYS": self._jwt_keys(),
            "API_URL": self.url,
            "WEBSOCKET_URL": self.ws_url,
            "WEBSOCKET_ENDPOINT": f"http://{HOST}:{self.ws_port}",
            "GEMINI_API_KEY_PARAMETER": self._store_gemini_key(),
            **passed,
            **self._environment,
        }

    def _store_gemini_key(self) -> str:
        key = self._environ.get("GEMINI_API_KEY", "")
        if not key:
            return ""
        ssm = self.client("ssm")
        ssm.put_parameter(Name=_GEMINI_KEY_PARAMETER, Value=key, Type="SecureString", Overwrite=True)
        return _GEMINI_KEY_PARAMETER

    def _jwt_keys(self) -> str:
        """The signing keys of this state, made at its first start, so that kept tokens stay valid."""
        file = self.state / "jwt_keys.json"
        if not file.exists():
            file.touch(mode=0o600)
            keys = {"current": "local", "keys": {"local": secrets.token_urlsafe(48)}}
            file.write_text(json.dumps(keys), encoding="utf-8")
        return file.read_text(encoding="utf-8")
