"""Tickets: a browser cannot send a token with a WebSocket's handshake, so it brings a ticket, which works once."""

import hashlib
import secrets
from datetime import timedelta
from urllib.parse import urlencode

from lms import clock, rate_limits
from lms.caller import Caller
from lms.config import settings
from lms.mongo import Document
from lms.notifications import connections, table
from lms.rate_limits import Policy

LIFETIME = timedelta(seconds=60)
BY_PERSON = Policy("websocket-ticket", 60, 60)

_SORT_KEY = "ticket"


def issue(caller: Caller) -> Document:
    """A ticket of 60 s for the caller; only its hash is stored. Raise 429 where one asks without end."""
    rate_limits.take(BY_PERSON, str(caller.id))
    ticket = secrets.token_urlsafe(32)
    table.put(_partition_key(ticket), _SORT_KEY, clock.now() + LIFETIME, **connections.attributes(caller))
    return {
        "ticket": ticket,
        "expires_in": int(LIFETIME.total_seconds()),
        "url": f"{settings().websocket_url}?{urlencode({'ticket': ticket})}",
    }


def take(ticket: str) -> Caller | None:
    """Who the ticket was issued to; None where it is unknown, used or expired."""
    row = table.take(_partition_key(ticket), _SORT_KEY)
    return connections.person(row) if row else None


def _partition_key(ticket: str) -> str:
    return "ticket#" + hashlib.sha256(ticket.encode(errors="surrogatepass")).hexdigest()
