// The legend: what the colours mean and, in a sentence, what is on the map, by which method, and what was hidden.

import { byId, make } from "./elements.js";
import { FEW } from "./figures.js";
import { FINEST_SHOWN } from "./city_map.js";
import { titleOf } from "./titles.js";

/** On a phone the legend is folded to title and colours until it is tapped (phone.css). */
export function foldLegend() {
  const more = byId("legend-more");
  more.onclick = () => more.setAttribute("aria-expanded", String(byId("legend").classList.toggle("open")));
}

/** @param shown `{answer, question, kind, classes, fixed, hexagons, isWholeCity, wards}`, most of them as in views.js */
export function showLegend({ answer, question, kind, classes, fixed, hexagons, isWholeCity, wards }, categories, speech) {
  const { words, number, language } = speech;
  const legend = byId("legend");
  legend.hidden = !answer.features.length;
  legend.setAttribute("aria-label", words.legend);
  byId("legend-more").setAttribute("aria-label", words.legendMore);
  byId("legend-title").textContent = titleOf(question, categories, speech);
  const list = byId("classes");
  list.className = `classes ${kind}`;
  list.setAttribute("aria-label", headingOf(answer, speech));
  byId("classes-title").textContent = headingOf(answer, speech);
  list.replaceChildren(...classes.map((one) => item(one, kind, answer, speech)));
  const sentence = [`${speech.period(answer.period)}: ${answer.sentence[language]}`];
  if (!isWholeCity) sentence.push(words.inView({ n: number(answer.n) }));
  byId("sentence").textContent = `${sentence.join("; ")}.`;
  byId("sentence").dataset.n = answer.n;
  byId("quiet").hidden = !isQuiet(kind, classes, answer);
  byId("quiet").textContent = words.quiet[answer.resolution < FINEST_SHOWN ? "zoom" : "finest"];
  const thin = hexagons.filter(({ isThin }) => isThin).length;
  byId("thin").hidden = !thin;
  byId("thin").textContent = words.thinCells({ cells: words.cells(number(thin)), few: FEW });
  byId("hatched").hidden = !hexagons.some(({ isHatched }) => isHatched);
  byId("fixed").hidden = !fixed;
  byId("meaning").textContent = answer.meaning[language];
  byId("boundaries").textContent = wards ? boundariesInWords(wards, speech) : "";
}

/* Whether the cells were judged, and none has more than chance would give, or has changed. */
function isQuiet(kind, classes, { view }) {
  const isLoud = { steps: ({ step }) => (view === "change" ? step !== 0 : step > 0), emerging: ({ code }) => code > 0 }[kind];
  return Boolean(isLoud) && !classes.some((one) => one.cells && isLoud(one));
}

function item(one, kind, { view }, { words, number, share, exactly }) {
  const swatch = make("i");
  swatch.style.backgroundColor = one.colour;
  const label = {
    counts: ({ low, high }) => (high === null ? `≥ ${number(low)}` : low === high ? number(low) : `${number(low)}–${number(high)}`),
    rates: ({ low, high }) => (high === low ? "" : low ? "≥ " : "> ") + (view === "overdue" ? share(low / 100) : exactly(low)),
    steps: ({ step }) => words.steps[step + 3],
    emerging: ({ code }) => (code < 0 ? words.cold : words.emerging[code]),
  }[kind](one);
  return make("li", {}, swatch, make("span", {}, label), make("small", {}, words.cells(number(one.cells))));
}

function headingOf({ view, measure, features }, speech) {
  const heading = view === "counts" ? speech.words.amounts[measure] : speech.words.headings[view];
  if (!features.length) return heading({ area: "", width: "" });
  const area = meanAreaKm2(features);
  return heading({ area: speech.roughly(area), width: speech.roughly(widthKm(area)) });
}

function boundariesInWords({ features, generation }, { words, number, date }) {
  const { valid_from: from, valid_to: to, source } = generation;
  const wards = number(features.length);
  const period = to
    ? words.boundariesUntil({ wards, from: date(from), to: date(to) })
    : words.boundaries({ wards, date: date(from) });
  return source ? `${period}. ${words.source({ source })}` : period;
}

/* From side to side of a regular hexagon. */
const widthKm = (area) => Math.sqrt((2 * area) / Math.sqrt(3));

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
