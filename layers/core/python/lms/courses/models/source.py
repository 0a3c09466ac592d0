"""Where generated content comes from."""

from lms.fields import Id, Resource


class Source(Resource):
    """Where a piece comes from: characters ``start`` to ``end`` of a source text."""

    source_id: Id
    title: str
    start: int
    end: int
