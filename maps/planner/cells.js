// Names of H3 cells, as far as their bits say: https://h3geo.org/docs/core-library/h3Indexing

const FINEST = 15n;
const DIGIT_BITS = 3n;
const RESOLUTION_AT = 52n;

export const resolutionOf = (name) => Number((BigInt(`0x${name}`) >> RESOLUTION_AT) & FINEST);

/** The cell of a coarser resolution that a cell belongs to: the digits that it does not have are all ones. */
export function parentOf(name, resolution) {
  const coarse = BigInt(resolution);
  const missing = (1n << (DIGIT_BITS * (FINEST - coarse))) - 1n;
  const index = BigInt(`0x${name}`) & ~(FINEST << RESOLUTION_AT);
  return (index | (coarse << RESOLUTION_AT) | missing).toString(16);
}
