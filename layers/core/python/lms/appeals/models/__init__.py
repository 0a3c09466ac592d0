"""Requests and responses of the appeals' endpoints."""
