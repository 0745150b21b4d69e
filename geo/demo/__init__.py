"""Synthetic reports that look like a city's: for trying things out, never for a figure about Hanoi."""
