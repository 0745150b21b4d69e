"""A report: what may be stored of it, what may happen to it, and which others are about the same."""
