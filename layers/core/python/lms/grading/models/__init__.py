"""Responses of the endpoints of AI grading."""
