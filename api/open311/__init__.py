"""Open311 GeoReport v2: the reports as clients of other cities know them, in XML and JSON from one structure."""
