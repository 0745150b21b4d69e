"""The errors of Hiện Trường: one tree, no status codes.

::

    HienTruongError            anything that the data, the machine or the server refused
    ├── InputError             a value that a caller gave: names the field
    │   ├── CoordinateError    a longitude or latitude that can't be meant
    │   └── RulesError         a table of responsibility rules (in geo.responsibility.rules, with all its problems)
    ├── FileError              a file that can't be read or holds what it shouldn't
    ├── RefusedError           well formed, but not allowed by what is stored already
    │   ├── InFlightError      the same request is being worked on: send it again a little later
    │   └── ChangedError       what is stored has changed since the caller read it
    ├── ForbiddenError         not allowed to this caller, though it may be to another
    ├── NotFoundError          asked for by name, and not there
    └── SetupError             the machine: packages, folders, the database server

Each message is one line that says what was wrong, where, and what to do. The edges (HTTP, the
command line) map a class to a status; the core never does.
"""


class HienTruongError(Exception):
    """Base of every error that is raised on purpose."""


class InputError(HienTruongError):
    """A value that a caller gave can't be used.

    Parameters
    ----------
    message : str
        What was wrong and what to do, in one line.
    field : str, optional
        Name of the value, as the caller knows it ("lon", "category").
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class CoordinateError(InputError):
    """A longitude or latitude that is missing, not finite, out of range, swapped or far away."""


class FileError(HienTruongError):
    """A file can't be read, or holds what it shouldn't."""


class RefusedError(HienTruongError):
    """The request is well formed, but what is stored already does not allow it."""


class InFlightError(RefusedError):
    """The same request is being worked on; it may be sent again a little later."""


class ChangedError(RefusedError):
    """What is stored has changed since the caller read it."""


class ForbiddenError(HienTruongError):
    """The request is well formed, but not allowed to this caller."""


class NotFoundError(HienTruongError):
    """What was asked for by name is not there.

    Parameters
    ----------
    message : str
        What is not there, and what is, in one line.
    field : str, optional
        Name of the value that asks for it, as the caller knows it ("at").
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class SetupError(HienTruongError):
    """The machine is not ready: packages, folders or the database server."""
