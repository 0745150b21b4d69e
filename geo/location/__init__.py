"""Which unit is a point in, and how far its borders are: geometry in memory, no database."""
