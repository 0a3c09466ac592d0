"""The gradebook as graders and learners see it."""

from typing import Annotated, Any, Literal

from lms.fields import Id, Kept, Moment, Resource
from lms.gradebook.models.scheme import SchemeBand
from lms.gradebook.models.settings import CategorySettings

Kind = Literal["assignment", "quiz", "manual"]


class GradebookColumn(Resource):
    """A quiz is worth 100 points, since its result is a percentage. What is not ``published`` counts nowhere yet.
    Where ``blind``, cells are null for all until the grades are released, and count nowhere."""

    id: str
    kind: Kind
    title: str
    points: float
    category_id: str | None
    weight: float
    extra_credit: bool
    never_drop: bool
    due_at: Moment | None
    published: bool
    blind: bool


class GradebookCell(Resource):
    """``score`` is ``raw`` less ``penalty``. ``version`` is that of the grade of an assignment or of the cell of a
    manual column, which a change builds on; 0 where nothing is entered."""

    score: float | None
    raw: float | None
    penalty: float
    excused: bool
    late: bool
    submitted: bool
    overdue: bool
    released: bool
    version: int


class CourseGrade(Resource):
    """``percent`` is null while nothing counts."""

    percent: float | None
    letter: str | None


class CourseGradeOverride(Resource):
    """``percent`` is null where an override was taken back."""

    percent: float | None
    why: str | None
    version: int


class FrozenGrade(CourseGrade):
    """The override's where there is one, whatever was ``computed``. ``version``: of the gradebook at the time."""

    computed: float | None
    version: int
    derivation: list[str] | None = None
    at: Moment
    by: Id


class GradeDerivation(Resource):
    """In sentences."""

    running: list[str]
    final: list[str]
    override: list[str]


Value = Annotated[dict[str, Any] | None, Kept(dict[str, Any] | None)]


class GradebookEntry(Resource):
    """A change of a cell of a manual column, or, where ``column_id`` is null, of the grade of the course."""

    column_id: str | None
    what: str
    at: Moment
    by: Id
    why: str | None
    before: Value
    after: Value


class GradebookRow(Resource):
    """``cells`` are in the order of the columns, null where there is nothing to say. ``running`` is of what is
    graded so far, ``final`` as if nothing more came in. ``letter`` is in force: the frozen one, else that of the
    override, else that of ``final``. ``derivation`` and ``history`` come where one learner is asked for."""

    user_id: Id
    name: str | None
    cells: list[GradebookCell | None]
    running: CourseGrade
    final: CourseGrade
    override: CourseGradeOverride | None
    letter: str | None
    frozen: FrozenGrade | None
    derivation: GradeDerivation | None = None
    history: list[GradebookEntry] | None = None


class Freeze(Resource):
    at: Moment
    by: Id
    why: str | None


class GradebookPage(Resource):
    """What stands around the rows, ``columns`` to ``bands``, is null on later pages as long as ``columns_version``
    is that of the page before. ``version`` is for If-Match."""

    version: int
    columns_version: str
    columns: list[GradebookColumn] | None
    missing: Literal["zero", "excluded"] | None
    categories: list[CategorySettings] | None
    bands: list[SchemeBand] | None
    frozen: Freeze | None
    items: list[GradebookRow]
    next_cursor: str | None
