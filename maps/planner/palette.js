// The colours lie in palette.json, so that the map files (maps/style.py) paint with the same ones.

export const PALETTE = await (await fetch("/assets/planner/palette.json")).json();
