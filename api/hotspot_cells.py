"""Which cells meet a box."""

from geo.hexagons.boxes import Box, around, cells_in

__all__ = ["Box", "around", "cells_in"]
