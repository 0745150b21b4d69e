"""The core of Hiện Trường: places, time, cells, statistics; and, below it, the database (``geo.store``)."""
