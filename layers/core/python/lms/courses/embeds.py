"""Web addresses in lessons: which ones may stand there, and which pages may be shown inside a lesson.

Addresses are checked as text, before any parser: what a browser, a server and Python read differently (backslashes,
user names, other scripts' letters, white space) is refused, so that all of them read the same host.
"""

import re
from collections.abc import Mapping

_HOST_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_TOP_LEVEL = r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
_CHARACTER = r"[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2}"
_ADDRESS = re.compile(
    rf"https://(?P<host>(?:{_HOST_LABEL}\.)+{_TOP_LEVEL})(?::443)?"
    rf"(?P<path>/(?:{_CHARACTER})*)?(?:\?(?:{_CHARACTER}|\?)*)?(?:#(?:{_CHARACTER}|\?)*)?"
)

EMBEDDABLE: Mapping[str, str] = {
    "archive.org": r"/embed/\w[\w.-]*",
    "h5p.org": r"/h5p/embed/\d+",
    "phet.colorado.edu": r"/sims/(?:[\w-]+(?:\.[\w-]+)*/)*[\w-]+\.html",
    "player.vimeo.com": r"/video/\d+",
    "scratch.mit.edu": r"/projects/\d+/embed/?",
    "www.desmos.com": r"/(?:calculator|geometry|3d)/\w+",
    "www.geogebra.org": r"/(?:material/iframe/id|m|classic|calculator|graphing|geometry|3d)(?:/\w+)+",
    "www.openstreetmap.org": r"/export/embed\.html",
    "www.youtube-nocookie.com": r"/embed/[\w-]+",
}
"""Hosts that make pages for embedding, each with the paths that are such pages."""


def web_address(url: str) -> str:
    """The address as it is. Raise ValueError unless it is a plain https one: a host name in lower case ASCII, no
    user, no port but 443, and all else percent-encoded as RFC 3986 wants it."""
    if not _ADDRESS.fullmatch(url):
        raise ValueError("is not an https address with its host in lower case and its special characters encoded")
    return url


def embeddable(url: str) -> str:
    """The address as it is. Raise ValueError unless its host and its path stand in ``EMBEDDABLE``."""
    parts = _ADDRESS.fullmatch(url)
    paths = EMBEDDABLE.get(parts["host"]) if parts else None
    if not parts or not paths or not re.fullmatch(paths, parts["path"] or "", re.ASCII):
        raise ValueError(f"is not a page for embedding; these hosts have some: {', '.join(EMBEDDABLE)}")
    return url
