"""Responses of the similarity endpoints."""
