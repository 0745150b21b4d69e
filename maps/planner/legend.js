// The legend: what the colours mean and, in a sentence, what is on the map; and the notices that nobody should miss.

import { byId, make } from "./elements.js";

/** @param shown `{hexes, classes, categoryName, isWholeCity, wards}` */
export function showLegend({ hexes, classes, categoryName, isWholeCity, wards }, speech) {
  const { words, number } = speech;
  byId("legend").hidden = classes.length === 0;
  byId("legend-title").textContent = words.reportsPerCell({ area: speech.roughly(meanAreaKm2(hexes.features)) });
  byId("legend-title").parentElement.setAttribute("aria-label", words.legend);
  byId("classes").replaceChildren(
    ...classes.map(({ low, high, cells, colour }) => {
      const swatch = make("i");
      swatch.style.backgroundColor = colour;
      const edges = low === high ? number(low) : `${number(low)}–${number(high)}`;
      return make("li", {}, swatch, edges, make("small", {}, words.cells(number(cells))));
    }),
  );
  byId("sentence").textContent = words.sentence({
    category: categoryName ?? words.everything,
    period: speech.period(hexes.period),
    n: number(hexes.n),
    cells: number(hexes.features.length),
    where: isWholeCity ? words.inCity : words.inView,
  });
  byId("sentence").dataset.n = hexes.n;
  byId("boundaries").textContent = wards ? boundariesInWords(wards, speech) : "";
}

/** Say on the map itself what the reader must not take for real. */
export function showNotices(hexes, speech) {
  const { words, number } = speech;
  const notices = [];
  if (hexes.synthetic) notices.push(["synthetic", words.synthetic({ count: number(hexes.synthetic), n: number(hexes.n) })]);
  if (hexes.generation?.schematic) notices.push(["schematic", words.schematic]);
  const hidden = hexes.hidden?.fewer_reporters_than;
  if (hidden) {
    const { reports_in_coarser_cells: coarser, reports_in_city_only: cityOnly } = hexes.hidden;
    notices.push(["public", words.publicView({ people: number(hidden), n: number(coarser + cityOnly) })]);
  }
  byId("notices").replaceChildren(...notices.map(([kind, text]) => make("p", { className: `notice ${kind}`, textContent: text })));
}

function boundariesInWords({ features, generation }, { words, number, date }) {
  const { valid_from: from, valid_to: to, source } = generation;
  const wards = number(features.length);
  const period = to
    ? words.boundariesUntil({ wards, from: date(from), to: date(to) })
    : words.boundaries({ wards, date: date(from) });
  return source ? `${period}. ${words.source({ source })}` : period;
}

/* On a sphere of the ellipsoid's mean radius, by the shoelace formula in local metres: good to 1 % for one hexagon. */
function meanAreaKm2(features) {
  const kmPerDegree = (Math.PI / 180) * 6371.0088;
  const areas = features.slice(0, 50).map(({ geometry: { coordinates: [ring] } }) => {
    const shrink = Math.cos((ring[0][1] * Math.PI) / 180);
    let doubled = 0;
    for (let i = 1; i < ring.length; i += 1) {
      doubled += (ring[i - 1][0] - ring[0][0]) * (ring[i][1] - ring[0][1]) - (ring[i][0] - ring[0][0]) * (ring[i - 1][1] - ring[0][1]);
    }
    return (Math.abs(doubled) / 2) * shrink * kmPerDegree ** 2;
  });
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}
