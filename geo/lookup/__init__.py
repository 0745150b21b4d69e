"""The answer to a lookup: whose a point is, how sure that is, who leads and by when; for one, for many, for files."""
