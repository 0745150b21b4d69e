// Class breaks for counts and rates. maps/style.py has the same method for files; a browser test holds the two together.

/**
 * Divide counts into classes of about equally many cells. Cells with the same count stay together, so there may be fewer
 * classes than colours; each edge is a count that some cell has.
 *
 * @param {number[]} counts
 * @param {string[]} colours light to dark
 * @returns {{low: number, high: number, cells: number, colour: string}[]} lowest first
 */
export function countClasses(counts, colours) {
  const tally = new Map();
  for (const count of counts) tally.set(count, (tally.get(count) ?? 0) + 1);
  const values = [...tally].sort(([one], [other]) => one - other);

  const classes = [];
  let cellsLeft = counts.length;
  let open = null;
  for (const [count, cells] of values) {
    open ??= { low: count, cells: 0, quota: cellsLeft / (colours.length - classes.length) };
    open.cells += cells;
    if (open.cells >= open.quota || count === values.at(-1)[0]) {
      classes.push({ low: open.low, high: count, cells: open.cells });
      cellsLeft -= open.cells;
      open = null;
    }
  }
  return classes.map((one, index) => ({ ...one, colour: spread(colours, classes.length, index) }));
}

/**
 * Divide rates into classes of about equally many cells, from round numbers on.
 *
 * @param {number[]} values 0 or more
 * @param {string[]} colours light to dark
 * @returns {{low: number, cells: number, colour: string}[]} lowest first; each holds from `low` until the next one's
 */
export function valueClasses(values, colours) {
  if (!values.length) return [];
  const sorted = values.toSorted((one, other) => one - other);
  const inner = colours.slice(1).map((_, index) => Number(quantile(sorted, (index + 1) / colours.length).toPrecision(2)));
  const classes = [...new Set([0, ...inner])].map((low) => ({ low, cells: 0 }));
  for (const value of values) classOf(value, classes).cells += 1;
  const filled = classes.filter(({ cells }) => cells);
  return filled.map((one, index) => ({ ...one, colour: spread(colours, filled.length, index) }));
}

/**
 * The classes of other values, with these ones counted: each reaches to just below the next one, the highest has no end.
 *
 * @param {{low: number, colour: string}[]} classes lowest first; with `high` if they are of counts
 * @param {number[]} values
 * @returns {{low: number, high: ?number, cells: number, colour: string}[]}
 */
export function recounted(classes, values) {
  const least = "high" in classes[0] ? 1 : 0;
  const counted = classes.map((one, index) => {
    const next = classes[index + 1];
    return { ...one, low: index ? one.low : least, high: next ? next.low - 1 : null, cells: 0 };
  });
  for (const value of values) classOf(value, counted).cells += 1;
  return counted;
}

/** The class of a value; the classes cover every value they were made from. */
export function classOf(value, classes) {
  return classes.findLast(({ low }) => value >= low);
}

function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  return below + (sorted[Math.ceil(place)] - below) * (place % 1);
}

/** Few classes take colours from the whole ramp, so that they stay easy to tell apart. */
function spread(colours, wanted, index) {
  const last = colours.length - 1;
  return colours[wanted === 1 ? Math.floor(last / 2) : Math.floor((index * last) / (wanted - 1) + 0.5)];
}
