"""What `hientruong up` does before it serves: boundaries, and demo reports if they are wanted."""

from pathlib import Path

from api.commands.console import console, say
from api.first_key import ensure_admin_key
from geo.columns import utc_now
from geo.store.boundaries import list_generations, read_dispatch
from geo.store.report_reading import count_reports
from geo.store.reports import add_reports
from geo.store.rules import put_rules, rules_version
from geo.store.session import Engine, opened
from geo.store.settings import territory_settings
from geo.units.territory import HANOI

_LOADED_BY = "hientruong up"


def prepare(url: str, demo: bool) -> Path | None:
    """See that there is something to serve, and a key for who starts it.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of a migrated database.
    demo : bool
        Make synthetic reports if there are no reports at all.

    Returns
    -------
    Path or None
        The file with the administrator's key; None if the one that is there is of another database.
    """
    settings = territory_settings()
    with opened(url) as engine:
        if settings.territory == HANOI.id:
            _load_schematic(engine)
            _load_default_rules(engine)
        if settings.boundaries is not None:
            _load_wards(engine, settings.territory, settings.boundaries)
        if demo:
            _add_demo(engine, settings.territory)
        return ensure_admin_key(engine, settings.territory, settings.data_dir)


def _load_schematic(engine: Engine) -> None:
    """Load the schematic boundaries unless there are some; only then import what computes them."""
    with engine.begin() as connection:
        if list_generations(connection, HANOI.id):
            return
        from boundaries.load import ensure_bundled

        with console.status("computing schematic boundaries"):
            loaded = ensure_bundled(connection, _LOADED_BY)
        if loaded:
            say("loaded the schematic boundaries of Hanoi; surveyed ones: hientruong boundaries load --help")


def _load_default_rules(engine: Engine) -> None:
    """Put the bundled rules into the table unless there are some: what answers is there to be seen and changed."""
    with engine.begin() as connection:
        if not rules_version(connection, HANOI.id):
            bundled = read_dispatch(connection, HANOI.id).rules
            put_rules(connection, HANOI.id, bundled, "rules_default.toml", _LOADED_BY)


def _load_wards(engine: Engine, territory: str, path: Path) -> None:
    """Load the wards in force since the reform from a file, unless they are loaded."""
    from boundaries.checked import read_checked
    from boundaries.load import Loading, find_loaded, new_generation
    from boundaries.schematic import REFORM

    file, report = read_checked(path, "ward")
    new = new_generation(
        file,
        report,
        level="ward",
        valid_from=REFORM,
        valid_to=None,
        source=file.name,
        licence="not stated",
        loaded_by=_LOADED_BY,
    )
    with engine.begin() as connection:
        loading = Loading(territory, new)
        if find_loaded(connection, loading) is None:
            loading.put(connection)
            say(f"loaded {len(new.units)} wards from {path}")


def _add_demo(engine: Engine, territory: str) -> None:
    with engine.begin() as connection:
        if count_reports(connection, territory):
            return
        from geo.demo.reports import make_demo
        from geo.demo.turns import take_turns

        say("making synthetic demo reports")
        dispatch, now = read_dispatch(connection, territory), utc_now()
        made = take_turns(make_demo(dispatch, now), dispatch.jurisdiction, now)
        added = add_reports(connection, territory, made.reports, made.course, made.events)
    say(f"{int(added.sum()):,} synthetic demo reports are there")
