"""Requests and responses of the peer reviews' endpoints."""
