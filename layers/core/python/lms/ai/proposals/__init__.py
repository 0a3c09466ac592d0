"""What an AI proposes for a course, and how its editors take it over piece by piece."""
