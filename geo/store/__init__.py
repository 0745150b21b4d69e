"""The database: private PostGIS, schema, migrations, and what is read from and written to it."""
