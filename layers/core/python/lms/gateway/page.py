"""The frame of the portal's pages: style and script stand inside, and a policy allows just those two."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template

_FRAME = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
$head<title>$title</title>
<style>$style</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
$body
$script</body>
</html>
""")


@dataclass(frozen=True)
class Page:
    html: str
    policy: str
    """Its Content-Security-Policy."""


def page(title: str, body: str, *, script: str = "", asks_the_api: bool = False, refresh_seconds: int = 0) -> Page:
    """``body`` is HTML, ``script`` a file beside this module. No script can make HTML of a string."""
    style, code = _file("page.css"), _file(script) if script else ""
    html = _FRAME.substitute(
        title=escape(title),
        head=f'<meta http-equiv="refresh" content="{refresh_seconds}">\n' if refresh_seconds else "",
        style=style,
        body=body,
        script=f"<script>{code}</script>\n" if code else "",
    )
    sources = [
        "default-src 'none'",
        f"style-src {_source(style)}",
        *([f"script-src {_source(code)}"] if code else []),
        *(["connect-src 'self'"] if asks_the_api else []),
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    return Page(html, "; ".join(sources))


def _source(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


@cache
def _file(name: str) -> str:
    return (Path(__file__).parent / name).read_text("utf-8")
