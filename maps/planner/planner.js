// The planner's page: keeps what is shown in step with the address, the service and the language.

import { ask, Problem } from "./api.js";
import { createCellPanel, whyInWords } from "./cell_panel.js";
import { createCityMap } from "./city_map.js";
import { createDownloads } from "./downloads.js";
import { byId } from "./elements.js";
import { createFilters } from "./filters.js";
import { createKeyDialog } from "./key_dialog.js";
import { showLegend } from "./legend.js";
import { createLoader } from "./loader.js";
import { showMessage, showProgress } from "./message.js";
import { showNotices } from "./notices.js";
import { createPlayer } from "./player.js";
import { isPrinting, printClean } from "./print.js";
import { createRefine } from "./refine.js";
import { createReports } from "./reports.js";
import { createStrip } from "./series_strip.js";
import { boundariesDay, daysBefore, keepState, readState, reportFilters } from "./state.js";
import { createTabs } from "./tabs.js";
import { createViewPicker } from "./view_picker.js";
import { EMERGING_DAYS, painted } from "./views.js";
import { createWardPointer } from "./ward_pointer.js";
import { createWards } from "./wards.js";
import { speak } from "./words.js";

const RETRY_AFTER_MS = 3000;
const DEFAULT_DAYS = 30;
/** How coarsely ward outlines may be drawn, in metres, by the hexagons' resolution. */
const TOLERANCE_M = { 7: 60, 8: 25, 9: 8 };

const today = new Date().toISOString().slice(0, 10);
let speech = null;
let retry = null;
say(readState(location.search, { lang: "vi" }).lang);

const STARTING = ["/v1/extent", "/v1/categories", "/v1/caller"];
const [extent, categories, caller] = await untilAnswered(() => Promise.all(STARTING.map((path) => ask(path))));
extent.first_report ??= today;
extent.last_report ??= today;

const shown = { answer: null, question: null, kind: null, hexagons: [], classes: [], isWholeCity: true, wards: null, series: null };
const loadHexes = createLoader({ take: takeHexes, fail: showFailure, wait: showProgress });
const loadWards = createLoader({ take: takeWards, fail: showFailure });
const loadSeries = createLoader({ take: takeSeries, fail: showFailure });

const panel = createCellPanel({
  onClose: () => state.set({ cell: null }),
  onReport: (report) => state.set({ report, cell: null }),
});
const cityMap = createCityMap(byId("map"), extent.bbox, {
  basemap: extent.basemap,
  onMove: (view) => isFitting || isPrinting() || state?.adjust({ view }),
  onPick: pick,
  tipOf: ({ properties }) => `${speech.words.count({ n: speech.number(properties.count) })}. ${whyInWords(properties, shown.answer, speech)}`,
});
printClean(cityMap.leaflet);
const choose = (changes) => {
  player.stop();
  state.set(changes);
};
const strip = createStrip({ extent, onChange: choose });
const player = createPlayer({ strip, onStep: (period) => state.adjust(period) });
/* Each part of the page has `show(now, speech, data)`; data is `{hexes, question, wards, extent, categories, caller}`, null until answered;
   question is what the map asked /v1/hotspots. */
const tabs = createTabs();
const wardsPart = createWards({
  table: byId("wards"),
  drawer: byId("ward"),
  onChange: (changes) => {
    if (changes.unit) tabs.open("map");
    state.set(changes);
  },
  onAdjust: (changes) => state.adjust(changes),
  onHover: (code) => wardPointer.point(code),
});
const wardPointer = createWardPointer(cityMap.leaflet, {
  onPoint: (code) => {
    wardPointer.point(code);
    wardsPart.highlight(code);
  },
});
const reports = createReports({ map: cityMap.leaflet, key: byId("points"), drawer: byId("report"), onChange: choose });
const parts = [
  createFilters({ categories, extent, onChange: choose }),
  createViewPicker({ onChange: choose }),
  createRefine({ boundaries: extent.boundaries, onChange: choose }),
  player,
  tabs,
  wardsPart,
  reports,
  createKeyDialog({ mount: byId("key") }),
  createDownloads({ mount: byId("downloads") }),
];
const defaults = { from: daysBefore(extent.last_report, DEFAULT_DAYS - 1), to: extent.last_report, lang: "vi" };
let state = null;
let isFitting = false;
const { view } = readState(location.search, defaults);
if (view) cityMap.goTo(view);
else showWholeCity();
state = keepState(defaults, update);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && state.now.cell) state.set({ cell: null });
});
update(state.now);

/** Bring everything in step with the state. */
function update(now) {
  if (speech.language !== now.lang) say(now.lang);
  if (now.view) cityMap.goTo(now.view);
  cityMap.speak(speech.words);
  byId("territory").textContent = speech.shortNameOf(extent.territory);
  const filters = reportFilters(now);
  showMessage(null);
  if (isTooShort(now)) showTooShort();
  else loadHexes("/v1/hotspots", { ...filters, view: now.show, measure: now.measure, res: cityMap.resolution, bbox: cityMap.box });
  loadWards("/v1/units", { level: "ward", at: boundariesDay(now), tolerance: TOLERANCE_M[cityMap.resolution] });
  loadSeries("/v1/series", { ...filters, ...strip.question(), unit: now.unit, boundaries_at: now.unit && boundariesDay(now) });
  draw();
}

/** Open what lies at a place on the map: a hexagon, else a ward. */
function pick(hexagon, latlng) {
  const report = reports.reportAt(latlng);
  if (report) state.set({ report });
  else state.set({ report: null, ...(hexagon ? { cell: hexagon.id, unit: null } : { cell: null, unit: wardPointer.wardAt(latlng) }) });
}

function takeHexes(answer, question) {
  Object.assign(shown, { answer, question, isWholeCity: question.bbox === null }, painted(answer));
  cityMap.showHexagons(shown.hexagons);
  byId("map").classList.remove("stale", "waiting");
  showMessage(null);
  draw();
  player.arrived();
}

function takeWards(wards) {
  shown.wards = wards;
  cityMap.showWards(wards);
  wardPointer.take(wards);
  draw();
}

function takeSeries(series) {
  shown.series = series;
  strip.show(state.now, speech, series);
}

/** Draw what was answered last, in the language of now. */
function draw() {
  const { now } = state;
  const { answer, question, hexagons, wards, series } = shown;
  if (wards) cityMap.nameWards(wards, speech.shortNameOf);
  wardPointer.open(now.unit);
  for (const part of parts) part.show(now, speech, { hexes: answer, question, wards, extent, categories, caller });
  strip.show(now, speech, series);
  if (!answer) return;
  showLegend(shown, categories, speech);
  showNotices(answer, speech);
  byId("map").dataset.reports = hexagons.reduce((sum, { properties }) => sum + properties.count, 0);
  cityMap.describe(speech.words.hexagons({ cells: speech.number(hexagons.length), reports: speech.number(answer.n) }));
  if (!hexagons.length) showNothing();
  if (!now.view) showWholeCity();
  const open = hexagons.find(({ id }) => id === now.cell) ?? null;
  cityMap.mark(open);
  if (now.cell) panel.show(now, open, answer, categories, speech);
  else panel.hide();
}

/** The whole city, between the notices and, where the legend takes the full width, the legend. */
function showWholeCity() {
  const [map, legend, notices] = ["map", "legend", "notices"].map((id) => byId(id).getBoundingClientRect());
  isFitting = true;
  cityMap.fit({
    above: notices.bottom - map.top,
    below: legend.width > map.width / 2 ? map.bottom - legend.top : 0,
  });
  isFitting = false;
}

function showNothing() {
  const { words } = speech;
  const everything = { category: null, from: extent.first_report, to: extent.last_report, status: [], channel: [], overdue: false, view: null };
  showMessage({
    kind: "empty",
    title: shown.isWholeCity ? words.empty : words.emptyView,
    text: words.emptyHint,
    action: { text: words.showAll, run: () => choose(everything) },
  });
}

/** A trend takes ten weeks, whatever the service is asked: say so, and offer twelve. */
function isTooShort({ show, from, to }) {
  return show === "emerging" && from > daysBefore(to, EMERGING_DAYS - 1);
}

function showTooShort() {
  const { words } = speech;
  byId("map").classList.remove("waiting");
  showMessage({
    kind: "refused",
    title: words.emergingShort({ days: EMERGING_DAYS }),
    text: words.emergingHint,
    action: { text: words.emergingWiden, run: () => choose({ from: daysBefore(state.now.to, 83) }) },
  });
}

/** A refusal is shown with its reason; a lost connection keeps the last view, greyed, and tries again. */
function showFailure(error, again = () => update(state.now)) {
  const { words } = speech;
  byId("map").classList.remove("waiting");
  if (error instanceof Problem) {
    showMessage({ kind: "refused", title: words.refused, text: error.message, action: { text: words.retry, run: again } });
    return;
  }
  byId("map").classList.add("stale");
  showMessage({ kind: "lost", title: words.lost });
  clearTimeout(retry);
  retry = setTimeout(again, RETRY_AFTER_MS);
}

async function untilAnswered(question) {
  for (;;) {
    try {
      return await question();
    } catch (error) {
      await new Promise((resolve) => {
        showFailure(error, resolve);
      });
    }
  }
}

/** Put the page's fixed words in a language. */
function say(language) {
  speech = speak(language);
  document.documentElement.lang = language;
  document.title = `${speech.words.title}: ${speech.words.subtitle}`;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = speech.words[element.dataset.word];
}
