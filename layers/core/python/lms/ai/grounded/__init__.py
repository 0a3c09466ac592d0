"""The AI provider that needs no model: courses made of source texts alone, by extraction, nothing invented."""
