"""Requests and responses of the assignments' endpoints."""
