"""How far each learner has come in each course: in MongoDB."""

from pymongo import ASCENDING, IndexModel

from lms import mongo

course_progress = mongo.collection(
    "course_progress",
    indexes=[IndexModel([("course_id", ASCENDING), ("user_id", ASCENDING)], unique=True)],
)
