VERSION = "0.1.0"
"""The release that is running; the same as in pyproject.toml."""
