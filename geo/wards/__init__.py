"""Ward figures, and wards beside each other."""
