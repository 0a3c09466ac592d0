"""A version of a lesson, in the list of them."""

from lms.fields import Id, Moment, Resource


class LessonVersion(Resource):
    """Version ``n`` of a lesson, made ``by`` that person (null: by the job that made the course, or since a source
    changed) ``at`` that time.

    ``changed`` names the fields that differ from the version before, or says deleted, restored, reviewed, sources.
    Beside restored it says deleted_files where blocks were left out, their files being deleted.
    """

    n: int
    at: Moment
    by: Id | None = None
    title: str
    changed: list[str] = []
    restored_from: int | None = None
