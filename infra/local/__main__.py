"""`python -m infra.local`: the whole stack on one machine, until Ctrl-C."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import aiohttp
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from infra.local.api_client import ApiError
from infra.local.demo import demo
from infra.local.process import StackError
from infra.local.seed import ACCOUNTS, seed
from infra.local.stack import ROOT, Stack
from infra.local.stack import Progress as OnProgress


def main(arguments: Sequence[str] | None = None) -> int:
    """Start, seed, demonstrate and stay up; the exit code is 1 when the stack cannot start."""
    options = _options(arguments)
    console = Console()
    _stop_on_signals()
    try:
        return _run(options, console)
    except (StackError, ApiError) as error:
        console.print(f"[red]{escape(str(error))}[/red]", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="keep the database of the last start")
    parser.add_argument("--no-demo", action="store_true", help="generate no course")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", 8000), help="HTTP API")
    parser.add_argument("--ws-port", type=int, default=os.environ.get("WS_PORT", 8001), help="WebSocket API")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace, console: Console) -> int:
    state = ROOT / ".local" / str(options.port)
    state.mkdir(parents=True, exist_ok=True)
    # Opened late, so that a start that fails on a taken port leaves the running stack's log alone.
    handler = logging.FileHandler(state / "stack.log", delay=True)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", handlers=[handler]
    )
    with _bar(console) as progress:
        stack = Stack(state, port=options.port, ws_port=options.ws_port, keep=options.keep, progress=progress)
        stack.start()
    try:
        _print_addresses(stack, console)
        asyncio.run(_populate(stack, console, with_demo=not options.no_demo))
        console.print("\nUp until Ctrl-C.")
        while True:
            signal.pause()
    finally:
        stack.stop()


@contextmanager
def _bar(console: Console) -> Iterator[OnProgress]:
    columns = (TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda step, done, total: bar.update(task, description=step, completed=done, total=total)


async def _populate(stack: Stack, console: Console, *, with_demo: bool) -> None:
    async with aiohttp.ClientSession() as session:
        await seed(session, stack)
        _print_accounts(console)
        if with_demo:
            await demo(session, stack.url, console)


def _print_addresses(stack: Stack, console: Console) -> None:
    for name, address in (
        ("HTTP API", stack.url),
        ("API docs", f"{stack.url}/docs"),
        ("WebSocket API", stack.ws_url),
        ("MongoDB", stack.database_uri),
        ("AWS endpoint", stack.aws.endpoint),
        ("Logs", str(stack.state)),
    ):
        console.print(f"  {name:<14} {address}", highlight=False, soft_wrap=True)


def _print_accounts(console: Console) -> None:
    for account in ACCOUNTS:
        console.print(f"  {account.role:<14} {account.email}  {account.password}", highlight=False)


def _stop_on_signals() -> None:
    """The first Ctrl-C or SIGTERM stops in good order, the second at once: the kernel takes the children."""
    seen = False

    def on_signal(number: int, frame: FrameType | None) -> None:
        nonlocal seen
        if seen:
            os._exit(128 + number)
        seen = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)


if __name__ == "__main__":
    sys.exit(main())
