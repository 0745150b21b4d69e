// What the map can tell, and how an answer of /v1/hotspots becomes colours: as maps/hotspot_drawing.py does for files.

import { parentOf, resolutionOf } from "./cells.js";
import { classOf, countClasses, recounted, valueClasses } from "./classes.js";
import { FEW } from "./figures.js";
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
 * @param {Object} [given]
 * @param {?Object[]} [given.fixed] classes of another answer, whose colours are to mean the same here
 * @param {Object[]} [given.grid] all cells of the place: those that lie in a coarser cell in which the answer hides
 *   something, and are not told of themselves, are hatched
 * @returns `{kind, classes: [{colour, cells, ...}], hexagons: [{id, ring, properties, colour, isHatched, isThin}]}`; kind is
 *   "counts" (classes have low and high, null where it is open), "rates" (low), "steps" (step, -3 to 3), or "emerging" (code);
 *   a thin one is a share of few reports, and pale
 */
export function painted({ view, measure, features, hidden }, { fixed = null, grid = [] } = {}) {
  const { kind, classes, colourOf } = divided(view, measure, features.map(({ properties }) => properties), fixed);
  const veiled = hidden?.coarser_cells ? hiddenCells(grid, features, Object.keys(hidden.coarser_cells)) : [];
  const isShare = view === "overdue" || measure === "share";
  const hexagons = [...features, ...veiled].map(({ id, geometry, properties }) => {
    const colour = properties.hidden && !properties.count ? null : colourOf(properties);
    const isThin = isShare && colour !== null && properties.count < FEW;
    return { id, ring: geometry.coordinates[0], properties, colour: isThin ? colour + PALETTE.pale.alpha : colour, isHatched: properties.hidden, isThin };
  });
  return { kind, classes, hexagons };
}

function hiddenCells(grid, features, coarser) {
  const told = new Set(features.map(({ id }) => id));
  const held = new Set(coarser);
  const resolutions = [...new Set(coarser.map(resolutionOf))];
  const isHidden = ({ id }) => !told.has(id) && resolutions.some((resolution) => held.has(parentOf(id, resolution)));
  return grid.filter(isHidden).map((cell) => ({ ...cell, properties: { count: 0, hidden: true } }));
}

function divided(view, measure, cells, fixed) {
  if (view === "hotspots") return steps(cells, PALETTE.significance);
  if (view === "change") return steps(cells, PALETTE.change);
  if (view === "emerging") return emerging(cells);
  if (view === "overdue") return overdue(cells, fixed);
  const [kind, column, divide] = WHOLE.includes(measure) ? ["counts", "count", countClasses] : ["rates", measure, valueClasses];
  return amounts(kind, cells, column, asFixed(fixed, divide));
}

/* As other values were divided, if there were any. */
const asFixed = (fixed, divide) => (fixed?.length ? (values) => recounted(fixed, values) : divide);

/* A cell without a report, or without what a rate is taken of, is left without a colour. */
function amounts(kind, cells, column, divide) {
  const isTold = (cell) => cell.count > 0 && cell[column] !== null;
  const classes = divide(cells.filter(isTold).map((cell) => cell[column]), PALETTE.counts);
  return { kind, classes, colourOf: (cell) => (isTold(cell) ? classOf(cell[column], classes).colour : null) };
}

/* In percent; where nothing is overdue, which most cells may be, is a class of its own. */
function overdue(cells, fixed) {
  const percents = cells.map((cell) => ({ ...cell, percent: cell.share === null ? null : 100 * cell.share }));
  const late = amounts("rates", percents.filter(({ percent }) => percent !== 0), "percent", asFixed(fixed?.slice(1), valueClasses));
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
