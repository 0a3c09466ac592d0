"""Who learns in a course, since when and how: in MongoDB."""

from pymongo import ASCENDING, IndexModel

from lms import mongo

enrollments = mongo.collection(
    "enrollments",
    indexes=[
        IndexModel([("course_id", ASCENDING), ("user_id", ASCENDING)], unique=True),
        IndexModel([("user_id", ASCENDING), ("status", ASCENDING)]),
    ],
)
