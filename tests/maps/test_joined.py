"""The planner's page in two files: nothing is left out, and what can't be joined is refused."""

from pathlib import Path

import pytest

from maps import joined
from maps.assets import planner_folder


def test_every_module_and_every_style_is_in_its_file_once() -> None:
    scripts, styles = joined.joined_modules(), joined.joined_styles()
    for path in planner_folder().glob("*.js"):
        assert scripts.count(f"// {path.name}\n") == 1
    for path in planner_folder().glob("*.css"):
        assert styles.count(path.read_text("utf-8")) == 1


@pytest.mark.parametrize(
    ("modules", "told"),
    [
        ({"planner": 'import { a } from "./a.js";\n', "a": 'import { b } from "./planner.js";\n'}, "imports itself"),
        ({"planner": 'import { a as b } from "./a.js";\n'}, "a as b"),
        ({"planner": "export default 1;\n"}, "export default"),
        ({"planner": "export let a = 1;\n"}, "export let"),
    ],
)
def test_a_module_that_cannot_be_joined_is_named(tmp_path: Path, monkeypatch, modules, told) -> None:
    for name in (*joined.LAYERS, *joined.ENTRIES):
        (tmp_path / f"{name}.js").write_text("")
    for name, text in modules.items():
        (tmp_path / f"{name}.js").write_text(text)
    monkeypatch.setattr(joined, "planner_folder", lambda: tmp_path)
    with pytest.raises(ValueError, match=rf"^planner\.js.*{told}"):
        joined.joined_modules()
