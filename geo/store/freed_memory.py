"""Memory that is free again, given back to the operating system."""

import ctypes


def give_back() -> None:
    """Ask the C library to keep no freed memory; nothing happens where it can't be asked (glibc can).

    It keeps pieces between those in use for what may come: after a start, when millions of rows have passed through,
    these are larger than the counts that are left.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
