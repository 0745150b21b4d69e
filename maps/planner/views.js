// What the map can tell, and how an answer of /v1/hotspots becomes colours: as maps/hotspot_drawing.py does for files.

import { classOf, countClasses, valueClasses } from "./classes.js";
import { PALETTE } from "./palette.js";

/** Emerging classes by code as a legend lists them: what is new first; all cold ones share one colour. */
const EMERGING = [6, 7, 2, 4, 3, 8, 5, 1, -1, 0];
const WHOLE = ["count", "reporters"];

/** The shortest period that has ten steps of a week, which the service needs to tell how hot spots emerged. */
export const EMERGING_DAYS = 70;

/** The measures that a view can tell; the first one is used where the chosen one does not go. */
export const MEASURES_OF = {
  counts: ["count", "reporters", "per_km2", "per_1000", "share"],
  hotspots: ["count", "reporters", "per_km2", "per_1000"],
  emerging: WHOLE,
  change: WHOLE,
  overdue: ["count"],
};

/** What everybody may see: the others take a key. */
export const PUBLIC_VIEWS = ["counts", "hotspots"];

/**
 * Divide an answer's cells into the classes of its view, and colour them.
 *
 * @param answer of /v1/hotspots, as GeoJSON
 * @returns `{kind, classes: [{colour, cells, ...}], hexagons: [{id, ring, properties, colour, isHatched}]}`; kind is
 *   "counts" (classes have low and high), "rates" (low), "steps" (step, -3 to 3), or "emerging" (code)
 */
export function painted({ view, measure, features }) {
  const { kind, classes, colourOf } = divided(view, measure, features.map(({ properties }) => properties));
  const hexagons = features.map(({ id, geometry, properties }) => ({
    id,
    ring: geometry.coordinates[0],
    properties,
    colour: colourOf(properties),
    isHatched: properties.hidden,
  }));
  return { kind, classes, hexagons };
}

function divided(view, measure, cells) {
  if (view === "hotspots") return steps(cells, PALETTE.significance);
  if (view === "change") return steps(cells, PALETTE.change);
  if (view === "emerging") return emerging(cells);
  if (view === "overdue") return overdue(cells);
  return WHOLE.includes(measure) ? amounts("counts", cells, "count", countClasses) : amounts("rates", cells, measure, valueClasses);
}

/* A cell without a report, or without what a rate is taken of, is left without a colour. */
function amounts(kind, cells, column, divide) {
  const isTold = (cell) => cell.count > 0 && cell[column] !== null;
  const classes = divide(cells.filter(isTold).map((cell) => cell[column]), PALETTE.counts);
  return { kind, classes, colourOf: (cell) => (isTold(cell) ? classOf(cell[column], classes).colour : null) };
}

/* In percent; where nothing is overdue, which most cells may be, is a class of its own. */
function overdue(cells) {
  const percents = cells.map((cell) => ({ ...cell, percent: cell.share === null ? null : 100 * cell.share }));
  const late = amounts("rates", percents.filter(({ percent }) => percent !== 0), "percent", valueClasses);
  const none = { low: 0, high: 0, cells: percents.filter(({ percent }) => percent === 0).length, colour: PALETTE.significance[3] };
  const colourOf = ({ count, share }) => (share === 0 ? none.colour : late.colourOf({ count, percent: share === null ? null : 100 * share }));
  return { kind: "rates", classes: [none, ...late.classes], colourOf };
}

/* Where nothing is told, nothing is judged. */
function steps(cells, colours) {
  const middle = (colours.length - 1) / 2;
  const isTold = ({ bin, count, hidden }) => bin !== 0 || count > 0 || !hidden;
  const classes = colours.map((colour, index) => ({ colour, step: index - middle, cells: 0 }));
  for (const { bin } of cells.filter(isTold)) classes[bin + middle].cells += 1;
  return { kind: "steps", classes, colourOf: (cell) => (isTold(cell) ? colours[cell.bin + middle] : null) };
}

function emerging(cells) {
  const codeOf = (cell) => Math.max(cell.class, -1);
  const colourOf = (code) => PALETTE.emerging[code < 0 ? "cold" : code];
  const classes = EMERGING.map((code) => ({ code, colour: colourOf(code), cells: cells.filter((cell) => codeOf(cell) === code).length }));
  return { kind: "emerging", classes: classes.filter((one) => one.cells), colourOf: (cell) => colourOf(codeOf(cell)) };
}
