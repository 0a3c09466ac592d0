"""Requests and responses of the rubrics' endpoints."""
