// Class breaks for counts. maps/style.py has the same method for files; a browser test holds the two together.

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

/** The colour of a count; the classes cover every count they were made from. */
export function colourOf(count, classes) {
  return classes.findLast(({ low }) => count >= low).colour;
}

/** Few classes take colours from the whole ramp, so that they stay easy to tell apart. */
function spread(colours, wanted, index) {
  const last = colours.length - 1;
  return colours[wanted === 1 ? Math.floor(last / 2) : Math.floor((index * last) / (wanted - 1) + 0.5)];
}
