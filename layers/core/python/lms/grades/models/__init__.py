"""Requests and responses of the grades' endpoints."""
