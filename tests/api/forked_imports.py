"""What `tests.api.forked` imports once, before anything is forked."""

from tests.api.forked import import_all

import_all()
