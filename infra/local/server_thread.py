"""An aiohttp server on an event loop in a thread of its own, with threads for what blocks."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from aiohttp import web

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
P = ParamSpec("P")
T = TypeVar("T")

_BLOCKING_THREADS = 64
_SHUTDOWN_SECONDS = 2.0
# The gateways have limits of their own, with API Gateway's answers; aiohttp's only keep memory bounded.
_MAX_LINE_BYTES = 1_000_000


class ServerThread:
    """Serves `handler` between start() and stop(). `port` 0 takes a free one; `.port` says which."""

    def __init__(self, handler: Handler, *, host: str, port: int, name: str) -> None:
        self.port = port
        self._handler = handler
        self._host = host
        self._name = name
        self._thread: threading.Thread | None = None
        self._executor = ThreadPoolExecutor(_BLOCKING_THREADS, thread_name_prefix=f"{name}-call")
        self._started: Future[asyncio.AbstractEventLoop] = Future()
        self._stopping = asyncio.Event()

    def start(self) -> None:
        """Returns once the port is open; OSError when it is taken."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name=self._name, daemon=True)
        self._thread.start()
        try:
            self._started.result()
        except Exception:
            self._thread.join()
            raise

    @property
    def running(self) -> bool:
        """Whether the port is open."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Close the port and end open requests after a short grace. Idempotent."""
        if self._thread and self.running:
            self._started.result().call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def blocking(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "asyncio.Future[T]":
        """Run a call that blocks in another thread; for use on the server's own loop."""
        future = asyncio.wrap_future(self._executor.submit(call, *args, **kwargs))
        # Who stopped waiting (a time limit) leaves the outcome unread, which asyncio would log as a mistake.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        return future

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the server's loop, from another thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._started.result()).result()

    async def _serve(self) -> None:
        server = web.Server(
            self._handler,
            access_log=None,
            auto_decompress=False,
            max_line_size=_MAX_LINE_BYTES,
            max_field_size=_MAX_LINE_BYTES,
        )
        runner = web.ServerRunner(server, shutdown_timeout=_SHUTDOWN_SECONDS)
        try:
            await runner.setup()
            await web.TCPSite(runner, self._host, self.port).start()
            self.port = runner.addresses[0][1]
        except Exception as error:
            await runner.cleanup()
            self._started.set_exception(error)
            return
        self._started.set_result(asyncio.get_running_loop())
        await self._stopping.wait()
        await runner.cleanup()
