"""The demo: a learner asks for a course and watches it being made, over the stack's real APIs."""

import asyncio
from typing import Any

import aiohttp
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.tree import Tree

from infra.local.api_client import ApiClient
from infra.local.seed import LEARNER

_FINISHED = {"succeeded", "failed", "cancelled"}
# A message may be lost, a job may not: when all is quiet, ask.
_QUIET_SECONDS = 5.0
_REQUEST = {
    "topic": "Machine Learning",
    "audience": "intermediate",
    "difficulty": "advanced",
    "lesson_count": 15,
}


async def demo(session: aiohttp.ClientSession, url: str, console: Console) -> None:
    """Generate a course with live progress, then print it. ApiError when the API refuses a step."""
    api = ApiClient(session, url)
    await api.log_in(LEARNER.email, LEARNER.password)
    ticket = await api.call("POST", "/notifications/ticket")
    async with session.ws_connect(ticket["url"]) as socket:
        accepted = await api.call("POST", "/ai/generate-course", _REQUEST)
        job = await _follow(api, socket, accepted["job_id"], console)
    if job["status"] != "succeeded":
        reason = job["error"]["detail"] if job["error"] else job["status"]
        console.print(f"[red]The course was not made: {escape(reason)}[/red]", soft_wrap=True)
        return
    await _show_course(api, url, job["result"]["course_id"], console)


async def _follow(
    api: ApiClient, socket: aiohttp.ClientWebSocketResponse, job_id: str, console: Console
) -> dict[str, Any]:
    columns = (
        TextColumn("{task.description:<32}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("Machine Learning: queued", total=None)
        while True:
            job = await _next_state(api, socket, job_id)
            progress = job["progress"]
            bar.update(
                task,
                description=f"{_REQUEST['topic']}: {progress['step']}",
                completed=progress["done"],
                total=progress["total"],
            )
            if job["status"] in _FINISHED:
                return job


async def _next_state(api: ApiClient, socket: aiohttp.ClientWebSocketResponse, job_id: str) -> dict[str, Any]:
    while True:
        try:
            message = await socket.receive_json(timeout=_QUIET_SECONDS)
        except (TimeoutError, TypeError):
            # A TypeError is aiohttp's word for a closed socket.
            await asyncio.sleep(1 if socket.closed else 0)
            job: dict[str, Any] = await api.call("GET", f"/jobs/{job_id}")
            return job
        if message["type"] in ("job.progress", "job.finished") and message["data"]["id"] == job_id:
            state: dict[str, Any] = message["data"]
            return state


async def _show_course(api: ApiClient, url: str, course_id: str, console: Console) -> None:
    course = await api.call("GET", f"/courses/{course_id}")
    outline = await api.call("GET", f"/courses/{course_id}/outline")
    tree = Tree(f"[bold]{course['title']}[/bold]  {url}/courses/{course_id}")
    for module in outline["modules"]:
        branch = tree.add(module["title"])
        for lesson in module["lessons"]:
            branch.add(f"{lesson['title']} [dim]({lesson['minutes']} min)[/dim]")
    console.print(tree)
    console.print("\nRead it yourself (the token lasts 15 minutes):")
    console.print(
        f"curl -s {url}/courses/{course_id}/outline -H 'Authorization: Bearer {api.token}'",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )
