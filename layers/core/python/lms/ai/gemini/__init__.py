"""Gemini as an AI provider. ``provider`` is for the workers that call it; ``checks`` is for the endpoints too."""
