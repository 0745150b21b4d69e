// The drawer of one ward: its figures beside the median ward's, its place among all, and its months.

import { latestOnly, wasDropped } from "./api.js";
import { make } from "./elements.js";
import { FIGURES, isThin, placeOf, valueOf, written } from "./figures.js";
import { monthBars } from "./month_bars.js";
import { boundariesDay } from "./state.js";
import { wardWords } from "./ward_words.js";

const MONTHS = 12;
const COARSEST = 5;
const [RECEIVED, CHANGE, ...COMPARED] = FIGURES;

/** `onZoom` is told the shape of the ward that is to be seen close. */
export function createWardPanel({ mount, onChange, onZoom }) {
  const askMonths = latestOnly();
  const close = () => onChange({ unit: null });
  let drawn = [];
  let asked = null;
  let months = null;

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !mount.hidden) close();
  });

  function draw({ ranking }, now, speech, { wards, caller }) {
    const words = wardWords(speech);
    const ward = ranking.wards.find(({ code }) => code === now.unit);
    const shape = wards?.features.find(({ properties }) => properties.code === now.unit);
    const button = make("button", { type: "button", className: "close", textContent: "×", ariaLabel: words.close, onclick: close });
    mount.replaceChildren(button, make("h2", {}, ward ? speech.nameOf(ward) : (now.unit ?? "")));
    if (!ward) mount.append(make("p", { textContent: words.notThere({ date: speech.date(ranking.boundaries_at) }) }));
    else if (ward.hidden) mount.append(make("p", { textContent: words.wardHidden({ people: speech.number(ranking.least_people) }) }));
    else mount.append(...summary(ward, ranking, words, speech), comparison(ward, ranking, words, speech));
    if (ward && months && caller.sees.small_counts) mount.append(...series(months, words, speech));
    if (shape) mount.append(make("button", { type: "button", className: "zoom", textContent: words.zoomTo, onclick: () => onZoom(shape) }));
  }

  async function loadMonths(now, { caller }, again) {
    if (!caller.sees.small_counts) return;
    const question = { unit: now.unit, boundaries_at: boundariesDay(now), category: now.category, from: monthsBefore(now.to), to: now.to, res: COARSEST };
    if (JSON.stringify(question) === asked) return;
    asked = JSON.stringify(question);
    months = null;
    try {
      ({ months } = await askMonths("/v1/hexes", question));
    } catch (error) {
      if (!wasDropped(error)) asked = null;
      return;
    }
    again();
  }

  function show(shown, now, speech, data) {
    mount.hidden = !now.unit || Boolean(now.cell) || !shown.ranking;
    if (mount.hidden) return;
    const view = [shown.ranking, now.unit, now.lang, data.wards, months];
    if (view.some((part, index) => part !== drawn[index])) {
      drawn = view;
      draw(shown, now, speech, data);
    }
    loadMonths(now, data, () => show(shown, now, speech, data));
  }

  return { show };
}

function summary(ward, ranking, words, speech) {
  const place = placeOf(ward, ranking.wards, RECEIVED);
  const before = {
    n: written(ward.previous.received, RECEIVED, speech),
    change: written(valueOf(ward, CHANGE), CHANGE, speech),
    period: speech.period(ranking.previous),
  };
  const count = make("p", { className: "count", textContent: speech.words.count({ n: speech.number(ward.received) }) });
  count.dataset.count = ward.received;
  const ranked = place ? [make("p", { textContent: words.ranked({ place: speech.number(place.place), of: speech.number(place.of) }) })] : [];
  return [
    count,
    ...ranked,
    make("p", { className: "quiet", textContent: words.before(before) }),
  ];
}

function comparison(ward, { wards, median }, words, speech) {
  const head = (text) => make("th", { scope: "col", textContent: text });
  const heads = make("tr", {}, head(words.figure), head(words.thisWard), head(words.median), head(words.place));
  const rows = COMPARED.map((figure) => {
    const place = placeOf(ward, wards, figure);
    const here = make("td", { textContent: written(valueOf(ward, figure), figure, speech), className: isThin(ward, figure) ? "thin" : "" });
    const row = make("tr", {}, make("th", { scope: "row", textContent: words.figures[figure.name], title: words.explained[figure.name] }), here);
    row.dataset.figure = figure.name;
    row.append(make("td", { textContent: written(valueOf(median, figure), figure, speech) }), make("td", { textContent: place ? `${place.place}/${place.of}` : "–" }));
    return row;
  });
  const caption = make("caption", { className: "quiet", textContent: words.ranks });
  return make("table", { className: "comparison" }, caption, make("thead", {}, heads), make("tbody", {}, ...rows));
}

function series(months, words, speech) {
  const bars = months.map(({ from, count }, index) => ({
    label: index % 3 === (months.length - 1) % 3 ? `${from.slice(5, 7)}/${from.slice(2, 4)}` : "",
    count,
    told: speech.number(count),
    text: words.month({ month: `${from.slice(5, 7)}/${from.slice(0, 4)}`, n: speech.number(count) }),
  }));
  return [make("h3", { textContent: words.byMonth }), monthBars(bars, words.byMonth)];
}

/** The first day of the month that lies so many months back that the last one is the twelfth. */
function monthsBefore(day) {
  const date = new Date(`${day.slice(0, 7)}-01`);
  date.setUTCMonth(date.getUTCMonth() - MONTHS + 1);
  return date.toISOString().slice(0, 10);
}
