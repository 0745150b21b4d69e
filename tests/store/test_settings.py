"""Settings come from the environment, and a wrong one is told by its name, never by its value."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from geo.errors import SetupError
from geo.store.settings import DatabaseSettings, TerritorySettings, read_settings

SECRET = "xuân-2026"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in ("URL", "READ_URL"):
        monkeypatch.delenv(f"DATABASE_{name}", raising=False)
    for name in ("DATA_DIR", "TERRITORY", "BOUNDARIES"):
        monkeypatch.delenv(f"HIENTRUONG_{name}", raising=False)


def test_without_settings_a_private_database_serves_hanoi(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "")
    assert read_settings(DatabaseSettings) == DatabaseSettings(url=None, read_url=None)
    territory = read_settings(TerritorySettings)
    assert (territory.territory, territory.boundaries) == ("hanoi", None)
    assert territory.data_dir == tmp_path / ".data"


def test_paths_are_absolute_and_know_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HIENTRUONG_DATA_DIR", "~/reports")
    monkeypatch.setenv("HIENTRUONG_BOUNDARIES", "wards.parquet")
    settings = read_settings(TerritorySettings)
    assert settings.data_dir == Path.home() / "reports"
    assert settings.boundaries == tmp_path / "wards.parquet"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_usual_address_of_postgresql_is_read_by_psycopg(monkeypatch, scheme):
    monkeypatch.setenv("DATABASE_READ_URL", f"{scheme}://an:{SECRET}@db.example:5433/reports?sslmode=require")
    url = make_url(read_settings(DatabaseSettings).read_url)
    assert url.drivername == "postgresql+psycopg"
    assert (url.username, url.password, url.host, url.port) == ("an", SECRET, "db.example", 5433)
    assert (url.database, dict(url.query)) == ("reports", {"sslmode": "require"})


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (f"mysql://an:{SECRET}@db.example/reports", "mysql:// is not PostgreSQL"),
        (f"postgresql+asyncpg://an:{SECRET}@db.example/reports", "is not PostgreSQL by psycopg"),
        (f"an:{SECRET}@db.example/reports", "not the address of a database"),
        (f"postgresql://an:{SECRET}@db.example:port/reports", "not the address of a database"),
    ],
)
def test_an_address_that_is_none_is_told_without_its_password(monkeypatch, address, reason):
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(SetupError, match=f"^DATABASE_URL: .*{reason}") as refusal:
        read_settings(DatabaseSettings)
    assert SECRET not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_password_does_not_show_when_settings_are_printed(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://an:{SECRET}@db.example/reports")
    assert SECRET not in f"{read_settings(DatabaseSettings)!r}"
