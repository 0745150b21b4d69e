"""Reports in files of other systems: CSV, GeoJSON and GeoParquet, read block by block and translated by a mapping."""
