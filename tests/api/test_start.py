"""A service answers soon after its start, because it imports nothing that its first answer does not need."""

import subprocess
import sys

STARTED = """
import sys
import api.app, api.command_line, api.start, uvicorn
print(*sorted({"alembic", "folium", "geopandas", "pandas", "scipy"} & sys.modules.keys()))
"""


def test_what_starts_a_service_imports_nothing_that_is_slow_and_not_needed_yet():
    done = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
