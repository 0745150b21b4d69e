"""The closed sets of words of the field; the database holds each of them as a constraint."""

LEVELS = ("ward", "district", "city", "area")
"""Levels of units; an area is a named place (a park, a lake, a road)."""

STATES = ("draft", "active", "retired")
"""States of a generation of boundaries."""

CHANNELS = ("app", "hotline_1022", "web", "open311", "import")
"""Ways in which a report arrives."""

STATUSES = ("waiting", "in_progress", "resolved", "rejected")
"""chờ xử lý, đang xử lý, đã xử lý, từ chối."""

URGENCIES = ("urgent", "complex", "normal")
"""khẩn, phức tạp, bình thường."""

HOWS = ("inside", "edge", "nearest")
"""How a stored report's unit was found."""

EVENTS = (
    "received", "assigned", "in_progress", "answered", "rejected", "reopened", "closed", "moved", "merged", "rated",
)  # fmt: skip
"""What may happen to a report."""

ROLES = ("public", "router", "planner", "officer", "analyst", "admin")
"""Roles of those who ask: an officer belongs to one unit."""
