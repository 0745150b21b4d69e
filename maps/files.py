"""Files that are there whole or not at all."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from geo.errors import FileError


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and put it there when it is complete; what was there stays until then.

    Parameters
    ----------
    path : Path
        Its folder must exist.
    content : bytes

    Raises
    ------
    FileError
        The file can't be written.
    """
    part = None
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as opened:
            part = Path(opened.name)
            opened.write(content)
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except OSError as error:
        raise FileError(f"{path} can't be written: {error.strerror}") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _umask() -> int:
    """Read what the process takes from the rights of new files: temporary files are their owner's alone."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
