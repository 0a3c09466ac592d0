"""Responses of the notification endpoints."""

from lms.fields import Resource


class Ticket(Resource):
    """``url`` is where to connect, ticket included; ``expires_in`` in seconds."""

    ticket: str
    expires_in: int
    url: str
