// The drawer of one hexagon: where it is, how many reports, why it has its colour, its months, kinds and newest reports.

import { addressOf, latestOnly, Lost, wasDropped } from "./api.js";
import { byId, make } from "./elements.js";
import { monthBars } from "./month_bars.js";
import { reportFilters } from "./state.js";
import { troubleInWords } from "./trouble_words.js";

const NEWEST = 5;

/** `onReport` is told the id of a report that was chosen from the newest ones. */
export function createCellPanel({ onClose, onReport }) {
  const panel = byId("cell");
  const ask = latestOnly();
  let asked = null;
  let told = null;

  function draw(hexagon, answer, categories, speech) {
    const { words, number, language } = speech;
    const close = make("button", { type: "button", className: "close", textContent: "×", ariaLabel: words.close, onclick: onClose });
    panel.replaceChildren(close, make("h2", {}, told ? told.place[language] : words.locating));
    if (hexagon && isUntold(hexagon.properties)) panel.append(make("p", { className: "why" }, words.why.untold));
    else if (hexagon) {
      const count = make("p", { className: "count" }, words.count({ n: number(hexagon.properties.count) }));
      count.dataset.count = number(hexagon.properties.count);
      panel.append(count, make("p", { className: "why" }, whyInWords(hexagon.properties, answer, speech)));
    } else panel.append(make("p", { className: "count" }, words.cellGone));
    if (told) panel.append(...months(told, speech), ...kinds(told, categories, speech), ...newest(told, onReport, speech));
    if (told?.generation.schematic) panel.append(make("p", { className: "quiet" }, words.bySketch));
    panel.hidden = false;
  }

  return {
    /** Show a cell by its name; the hexagon is the one of the answer, null if it has none. */
    async show(now, hexagon, answer, categories, speech) {
      const { category, status, channel, overdue } = reportFilters(now);
      const question = { category, status, channel, overdue, to: answer.period.to, reports: NEWEST };
      const address = addressOf(`/v1/hexes/${now.cell}`, question);
      if (asked !== address) told = null;
      draw(hexagon, answer, categories, speech);
      if (asked === address) return;
      asked = address;
      try {
        told = await ask(`/v1/hexes/${now.cell}`, question);
        if (!panel.hidden) draw(hexagon, answer, categories, speech);
      } catch (error) {
        if (wasDropped(error)) return;
        if (error instanceof Lost) asked = null; // asked again with the next view
        panel.querySelector("h2").textContent = troubleInWords(error, speech);
      }
    },
    hide() {
      panel.hidden = true;
      asked = null;
    },
  };
}

const isUntold = ({ count, hidden }) => hidden && !count;

/** What a cell says under the pointer. */
export function tipInWords(cell, answer, speech) {
  if (isUntold(cell)) return speech.words.why.untold;
  return `${speech.words.count({ n: speech.number(cell.count) })}. ${whyInWords(cell, answer, speech)}`;
}

/* Why a cell has its colour, in one sentence. */
function whyInWords(cell, { view, measure, n, features, parameters }, { words, number, share, exactly, language }) {
  const { why, steps } = words;
  if (view === "emerging") {
    const told = { name: capital(words.emerging[cell.class]), hot: cell.hot_steps, cold: cell.cold_steps, steps: parameters.steps };
    return why.emerging(told);
  }
  if (view === "overdue") return why.overdue({ overdue: number(cell.overdue), count: number(cell.count), share: share(cell.share) });
  if (view === "hotspots") return why.hotspots[Math.sign(cell.bin)]({ level: steps[cell.bin + 3] });
  if (view === "change") {
    return why.change[Math.sign(cell.bin)]({ level: steps[cell.bin + 3], before: number(cell.before), count: number(cell.count) });
  }
  if (why.rates[measure]) return cell[measure] === null ? "" : why.rates[measure](exactly(cell[measure]));
  const counted = features.filter(({ properties: { count } }) => count > 0);
  const rank = 1 + counted.filter(({ properties: { count } }) => count > cell.count).length;
  const ranked = words.rank({ rank: number(rank), cells: number(counted.length) });
  const part = words.share({ share: share(n ? cell.count / n : 0) });
  return language === "vi" ? `${ranked}, ${part}.` : `${ranked}; ${part}.`;
}

function months({ series }, { words, number, month }) {
  if (!series.some(({ count }) => count)) return [];
  const bars = series.map(({ from, count }, index) => ({
    label: index % 3 === (series.length - 1) % 3 ? `${from.slice(5, 7)}/${from.slice(2, 4)}` : "",
    count,
    told: number(count),
    text: `${month(from)}: ${count === null ? words.fewPeople : number(count)}`,
  }));
  return [make("h3", {}, words.cellSeries), monthBars(bars, words.cellSeries)];
}

function kinds({ categories: counts }, categories, { words, number, nameOf }) {
  const rows = categories.filter(({ code }) => code in counts).toSorted((one, other) => counts[other.code] - counts[one.code]);
  if (rows.length < 2) return [];
  const items = rows.map((category) => {
    const count = counts[category.code];
    return make("li", {}, make("span", {}, nameOf(category)), make("b", {}, count === null ? words.fewPeople : number(count)));
  });
  return [make("h3", {}, words.cellCategories), make("ul", { className: "kinds" }, ...items)];
}

function newest({ reports }, onReport, { words, date }) {
  if (!reports?.length) return [];
  const items = reports.map(({ id, received_at: received, status, description }) => {
    const open = make("button", { type: "button", onclick: () => onReport(id) }, `${date(received)} · ${words.statuses[status]}`);
    return make("li", {}, open, make("span", { className: "quiet" }, description ?? ""));
  });
  return [make("h3", {}, words.cellReports), make("ul", { className: "newest" }, ...items)];
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
