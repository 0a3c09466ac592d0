"""That a person has looked at what an AI wrote."""

from lms.fields import Id, Moment, Resource


class Review(Resource):
    """Who has looked at what an AI wrote, and when."""

    by: Id
    at: Moment
