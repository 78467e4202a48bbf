"""Lessons: files in Markdown that ask for a prediction, launch runs, and explain the results."""
