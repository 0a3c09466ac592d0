"""The status page: what ``GET /health/services`` says, for people."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from lms.fields import rfc3339
from lms.gateway.page import Page, page

if TYPE_CHECKING:
    from lms.gateway.models import ServiceHealth

_REFRESH_SECONDS = 30
_SUMMARIES = {
    "ok": "Everything works",
    "degraded": "Some things are slow or late",
    "down": "Some things do not work",
}


def status_page(health: ServiceHealth) -> Page:
    body = f"""\
<header>
<h1>Status</h1>
<p class="overall">{_state(health.status, _SUMMARIES[health.status])}</p>
</header>
<main id="content">
{
        _table(
            "Domains",
            ("Domain", "State", "Given up"),
            ((row.name, _state(row.status), _figure(row.dead_letters, "")) for row in health.domains),
        )
    }
<p class="quiet">Given up: messages that a worker failed repeatedly, and that wait for a person.</p>
{
        _table(
            "Dependencies",
            ("Dependency", "State", "Latency"),
            ((row.name, _state(row.status), _figure(row.latency_ms, " ms")) for row in health.dependencies),
        )
    }
</main>
<footer>
<p>Checked at <time>{rfc3339(health.checked_at)}</time>; this page reads it anew every {_REFRESH_SECONDS} seconds.
<a href="/docs">API reference</a></p>
</footer>"""
    return page(f"{health.status} · Status", body, refresh_seconds=_REFRESH_SECONDS)


def _table(caption: str, heads: tuple[str, str, str], rows: Iterable[tuple[str, str, str]]) -> str:
    name, state, figure = (f'<th scope="col">{escape(head)}</th>' for head in heads)
    lines = "\n".join(
        f'<tr><th scope="row">{escape(first)}</th><td>{second}</td><td class="figure">{third}</td></tr>'
        for first, second, third in rows
    )
    return f"""\
<h2>{escape(caption)}</h2>
<table>
<thead><tr>{name}{state}{figure}</tr></thead>
<tbody>
{lines}
</tbody>
</table>"""


def _state(status: str, words: str = "") -> str:
    return f'<span class="state {status}">{escape(words or status.replace("_", " "))}</span>'


def _figure(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:g}{unit}"
