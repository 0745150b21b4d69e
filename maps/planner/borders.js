// Borders as lines: neighbours share their edges, and an edge drawn twice would fill the gaps of its own dashes.

/* global L */
/** Each edge of closed rings of [lon, lat] once, joined into lines as long as they go. */
L.borderLines = (rings) => {
  const seen = new Set();
  const lines = [];
  for (const ring of rings) {
    let line = null;
    for (let i = 1; i < ring.length; i += 1) {
      const [one, other] = [ring[i - 1], ring[i]];
      const isForward = one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);
      const edge = isForward ? `${one} ${other}` : `${other} ${one}`;
      if (seen.has(edge)) {
        line = null;
        continue;
      }
      seen.add(edge);
      if (!line) lines.push((line = [one]));
      line.push(other);
    }
  }
  return lines;
};
