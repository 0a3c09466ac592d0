"""Requests and responses about proposals, a file for each that a handler needs by itself."""
