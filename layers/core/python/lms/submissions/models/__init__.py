"""Requests and responses of the submissions' endpoints."""
