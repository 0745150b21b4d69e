"""A folder of GeoParquet files with the reports of a period and all that is needed to ask about them.

::

    metadata.json                        what it is: territory, period, licence, boundaries, columns, what was left out
    rules.toml                           who is responsible; not there if the territory has no rules
    units/generation=2.parquet           units with their shapes, a file for each set of boundaries
    reports/month=2026-01/part.parquet   reports by the month of their local date; not there if it is for the public
    counts.parquet                       for the public: counts of groups of five people and more

`geo.dataset.writing` writes one, `geo.dataset.reading` reads it for `geo.connect`.
"""
