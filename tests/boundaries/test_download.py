"""A download is whole or not there, whatever the server does: it is cut off, changes its mind, fails, or lies."""

import random
import resource
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from boundaries.download import download, open_client
from geo.errors import FileError, SetupError
from tests.boundaries.hosting import Host, hosting

BODY = random.Random(1).randbytes(300_000)
AT_ONCE = (0.0, 0.0)


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting() as host:
        host.files["wards.bin"] = BODY
        yield host


def fetch(host: Host, target: Path, **options: object) -> list[tuple[int, int | None]]:
    told: list[tuple[int, int | None]] = []
    with open_client() as client:
        options = {"pauses_s": AT_ONCE} | options
        download(client, f"{host.address}wards.bin", target, received=lambda *done: told.append(done), **options)
    return told


def test_a_file_comes_whole_and_leaves_nothing_beside_it(host: Host, tmp_path: Path) -> None:
    told = fetch(host, tmp_path / "new" / "wards.bin")
    assert (tmp_path / "new" / "wards.bin").read_bytes() == BODY
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["wards.bin"]
    assert told[-1] == (len(BODY), len(BODY))
    assert all(earlier < later for (earlier, _), (later, _) in pairwise(told))


def test_a_connection_that_is_cut_in_the_middle_is_taken_up_where_it_broke(host: Host, tmp_path: Path) -> None:
    host.cut_after = [100_000, 50_000, 50_000, 50_000]  # more often than there are tries: each brought something
    fetch(host, tmp_path / "wards.bin")
    assert (tmp_path / "wards.bin").read_bytes() == BODY
    assert [wanted for _, wanted in host.asked] == [
        None,
        *(f"bytes={start}-" for start in (100_000, 150_000, 200_000, 250_000)),
    ]


def test_a_later_call_takes_up_what_an_earlier_one_left(host: Host, tmp_path: Path) -> None:
    host.cut_after = [200_000, 0, 0]
    with pytest.raises(SetupError, match=r"connection to 127\.0\.0\.1 breaks off again and again"):
        fetch(host, tmp_path / "wards.bin")
    assert not (tmp_path / "wards.bin").exists()
    fetch(host, tmp_path / "wards.bin")
    assert (tmp_path / "wards.bin").read_bytes() == BODY
    assert host.asked[-1][1] == "bytes=200000-"


def test_a_server_without_ranges_is_asked_for_all_again(host: Host, tmp_path: Path) -> None:
    host.knows_ranges = False
    host.cut_after = [100_000, 250_000]
    fetch(host, tmp_path / "wards.bin")
    assert (tmp_path / "wards.bin").read_bytes() == BODY


def test_a_file_that_changed_between_two_tries_is_not_mixed(host: Host, tmp_path: Path) -> None:
    host.cut_after = [200_000, 0, 0]
    with pytest.raises(SetupError):
        fetch(host, tmp_path / "wards.bin")
    host.files["wards.bin"] = BODY[::-1]
    fetch(host, tmp_path / "wards.bin")
    assert host.asked[-1][1] == "bytes=200000-"
    assert (tmp_path / "wards.bin").read_bytes() == BODY[::-1]


def test_a_part_that_is_longer_than_the_file_is_thrown_away(host: Host, tmp_path: Path) -> None:
    host.cut_after = [200_000, 0, 0]
    with pytest.raises(SetupError):
        fetch(host, tmp_path / "wards.bin")
    with (tmp_path / "wards.bin.part").open("ab") as part:
        part.write(BODY)
    fetch(host, tmp_path / "wards.bin")
    assert (tmp_path / "wards.bin").read_bytes() == BODY


def test_a_server_that_cuts_at_ever_other_places_is_given_up(host: Host, tmp_path: Path) -> None:
    host.knows_ranges = False
    host.cut_after = [20_000, 10_000] * 20
    with pytest.raises(SetupError, match="again and again"):
        fetch(host, tmp_path / "wards.bin")
    assert len(host.asked) == 3


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(host: Host, tmp_path: Path, status: int) -> None:
    host.statuses = [status, status]
    fetch(host, tmp_path / "wards.bin")
    assert (tmp_path / "wards.bin").read_bytes() == BODY
    host.statuses = [status] * 3
    with pytest.raises(FileError, match=f"^http://127.*wards.bin can't be downloaded: HTTP status {status}, again"):
        fetch(host, tmp_path / "other.bin")


@pytest.mark.parametrize(("status", "words"), [(404, "Not Found"), (403, "Forbidden"), (410, "Gone")])
def test_what_will_not_pass_is_told_at_once(host: Host, tmp_path: Path, status: int, words: str) -> None:
    host.statuses = [status]
    with pytest.raises(FileError, match=rf"HTTP status {status} \({words}\); has the file been moved\?$"):
        fetch(host, tmp_path / "wards.bin")
    assert len(host.asked) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("tells_length", [True, False])
def test_a_file_that_is_too_large_is_refused_before_it_fills_the_disk(
    host: Host, tmp_path: Path, tells_length: bool
) -> None:
    host.tells_length = tells_length
    with pytest.raises(FileError, match="more than 100,000 bytes"):
        fetch(host, tmp_path / "wards.bin", limit_bytes=100_000)
    assert not list(tmp_path.iterdir())


def test_without_a_connection_the_host_is_named(tmp_path: Path) -> None:
    with hosting() as gone:
        pass
    with pytest.raises(SetupError, match=r"^no connection to 127\.0\.0\.1 \(.*refused.*\): is this machine online\?$"):
        fetch(gone, tmp_path / "wards.bin")


def test_a_disk_that_takes_no_more_is_told_and_the_part_goes_on_later(host: Host, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
    try:
        with pytest.raises(
            SetupError, match=r"wards\.bin can't be written or read \(File too large\): check the folder$"
        ):
            fetch(host, tmp_path / "wards.bin")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    fetch(host, tmp_path / "wards.bin")
    assert host.asked[-1][1] is not None
    assert (tmp_path / "wards.bin").read_bytes() == BODY


@pytest.mark.parametrize("address", ["http://", "no address at all", "ftp://127.0.0.1/wards.bin"])
def test_what_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    with open_client() as client, pytest.raises((FileError, SetupError)) as refused:
        download(client, address, tmp_path / "wards.bin", pauses_s=())
    assert "\n" not in str(refused.value)
