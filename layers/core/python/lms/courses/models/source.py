"""Where generated content comes from."""

from lms.fields import Id, Resource


class Source(Resource):
    """Where a piece comes from: characters ``start`` to ``end`` of a source text.

    A text taken from a file names it, and the ``page`` (from 1; the ``last_page`` too where it is another) and the
    ``heading`` that the piece stands on, as far as the file has such. ``changed`` says that the source has changed
    here since, or is gone, and that nobody has reviewed the lesson after that.
    """

    source_id: Id
    title: str
    start: int
    end: int
    file_id: Id | None = None
    page: int | None = None
    last_page: int | None = None
    heading: str | None = None
    changed: bool = False
