"""Gemini as an AI provider. Only the workers that call it import this: the others have no google-genai."""

from lms.ai.gemini.provider import Gemini

__all__ = ["Gemini"]
