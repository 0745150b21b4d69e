// The planner's page: keeps what is shown in step with the address, the service and the language.

import { ask, connection, Problem } from "./api.js";
import { createCellPanel, tipInWords } from "./cell_panel.js";
import { createCityMap, ringsOf } from "./city_map.js";
import { createDownloads } from "./downloads.js";
import { byId } from "./elements.js";
import { createFilters, usualPeriod } from "./filters.js";
import { firstAnswers } from "./first_answers.js";
import { createKeyDialog } from "./key_dialog.js";
import { foldLegend, showLegend } from "./legend.js";
import { createLoader } from "./loader.js";
import { showMessage, showProgress } from "./message.js";
import { showNotices } from "./notices.js";
import { createPlayer } from "./player.js";
import { isPrinting, printClean } from "./print.js";
import { createRefine } from "./refine.js";
import { createReports } from "./reports.js";
import { createStrip } from "./series_strip.js";
import { boundariesDay, keepState, readState, reportFilters } from "./state.js";
import { createTabs } from "./tabs.js";
import { isTooShort, showBack, showLost, showNothing, showRefusal, showTooShort } from "./troubles.js";
import { createViewPicker } from "./view_picker.js";
import { painted } from "./views.js";
import { createWardPointer } from "./ward_pointer.js";
import { createWards } from "./wards.js";
import { createWholeCity, panBeside, viewBeside } from "./whole_city.js";
import { speak } from "./words.js";

/** A ward is looked at from no closer than this zoom. */
const CLOSE = 16;
/** How coarsely ward outlines may be drawn, in metres, by the hexagons' resolution. */
const TOLERANCE_M = { 7: 60, 8: 25, 9: 8 };

let speech = null;
say(readState(location.search, { lang: "vi" }).lang);

connection.addEventListener("back", showBack);
const [extent, categories, caller] = await firstAnswers((error) => new Promise((again) => tellFirst(error, again)));
const today = new Date().toISOString().slice(0, 10);
extent.first_report ??= today;
extent.last_report ??= today;

const shown = { answer: null, question: null, kind: null, hexagons: [], classes: [], fixed: null, isWholeCity: true, grid: [], wards: null, series: null, seen: null };
const refuse = (error) => showRefusal(speech, error, extent, { choose, again: () => update(state.now) });
const loadHexes = createLoader({ take: takeHexes, fail: refuse, wait: waitForMap });
const loadGrid = createLoader({ take: takeGrid, fail: refuse });
const loadWards = createLoader({ take: takeWards, fail: refuse });
const loadSeries = createLoader({ take: takeSeries, fail: (failure) => takeSeries({ failure, series: [] }) });

const panel = createCellPanel({
  onClose: () => state.set({ cell: null }),
  onReport: (report) => state.set({ report, cell: null }),
});
const cityMap = createCityMap(byId("map"), extent.bbox, {
  basemap: extent.basemap,
  onMove: (view) => isFitting || isPrinting() || state?.adjust({ view }),
  onPick: pick,
  tipOf: ({ properties }) => tipInWords(properties, shown.answer, speech),
});
const wholeCity = createWholeCity(cityMap.leaflet);
printClean(cityMap.leaflet);
foldLegend();
const choose = (changes) => {
  player.stop();
  state.set(changes);
};
addEventListener("popstate", () => player.stop());
const strip = createStrip({ extent, onChange: choose });
const player = createPlayer({ strip, onStart: fixColours, onStep: (period) => state.adjust(period), onEnd: () => (shown.fixed = null) });
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
  onZoom: (ward) => state.set({ view: viewBeside(cityMap.leaflet, ringsOf(ward).flat(), byId("ward"), CLOSE) }),
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
  createDownloads({ mount: byId("downloads"), map: cityMap.leaflet }),
];
const defaults = { ...usualPeriod(extent, caller, today), lang: "vi" };
let state = null;
let isFitting = false;
const { view } = readState(location.search, defaults);
if (view) cityMap.goTo(view);
else showWholeCity();
state = keepState(defaults, update);
const resized = new ResizeObserver(seeWhatIsOpen);
for (const id of ["ward", "cell"]) resized.observe(byId(id));
connection.addEventListener("lost", () => showLost(speech, () => update(state.now)));
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
  const place = { res: cityMap.resolution, bbox: cityMap.box };
  if (place.res !== shown.question?.res) player.stop();
  showMessage(null);
  if (isTooShort(now)) showTooShort(speech, now, choose);
  else loadHexes("/v1/hotspots", { ...filters, view: now.show, measure: now.measure, ...place });
  if (!caller.sees.small_counts) loadGrid("/v1/hotspots", { view: "counts", ...place, every_cell: true });
  loadWards("/v1/units", { level: "ward", at: boundariesDay(now), tolerance: TOLERANCE_M[cityMap.resolution] });
  // The public is told of the city's months only.
  const unit = caller.sees.small_counts ? now.unit : null;
  loadSeries("/v1/series", { ...filters, ...strip.question(), unit, boundaries_at: unit && boundariesDay(now) });
  draw();
}

/** Open what lies at a place on the map: a hexagon, else a ward. */
function pick(hexagon, latlng) {
  const report = reports.reportAt(latlng);
  if (report) state.set({ report });
  else state.set({ report: null, ...(hexagon ? { cell: hexagon.id, unit: null } : { cell: null, unit: wardPointer.wardAt(latlng) }) });
}

function waitForMap(isWaiting) {
  showProgress(isWaiting);
  wardsPart.hold(isWaiting);
}

function takeHexes(answer, question) {
  Object.assign(shown, { answer, question, isWholeCity: question.bbox === null });
  byId("map").classList.remove("waiting");
  showMessage(null);
  paint();
  player.arrived();
}

/** All cells of the place, for the public: those that lie in a hidden one are hatched. */
function takeGrid({ features }) {
  shown.grid = features;
  if (shown.answer) paint();
}

function paint() {
  Object.assign(shown, painted(shown.answer, shown));
  cityMap.showHexagons(shown.hexagons);
  draw();
}

/** While a period plays, a colour stays what it is in the busiest one, so that each step compares with the others. */
async function fixColours(busiest) {
  const question = { ...shown.question, ...busiest };
  shown.fixed = await ask("/v1/hotspots", question).then(
    (answer) => painted(answer).classes,
    () => shown.classes, // a period that the service refuses, or a connection that was lost: as it is now
  );
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
  cityMap.describe(speech.words.hexagons({ cells: speech.number(answer.features.length), reports: speech.number(answer.n) }));
  if (!answer.features.length) showNothing(speech, shown.isWholeCity, extent, choose);
  if (now.view) wholeCity.left();
  else showWholeCity();
  const open = hexagons.find(({ id }) => id === now.cell) ?? null;
  cityMap.mark(open);
  if (now.cell) panel.show(now, open, answer, categories, speech);
  else panel.hide();
  seeWhatIsOpen();
}

/** What was just opened is moved out from under its drawer, and again if that grows; afterwards it is the reader who moves the map. */
function seeWhatIsOpen() {
  if (isPrinting()) return;
  const { unit, cell } = state.now;
  const hexagon = shown.hexagons.find(({ id }) => id === cell);
  const ward = shown.wards?.features.find(({ properties }) => properties.code === unit);
  const outline = cell ? hexagon?.ring : ward && ringsOf(ward).flat();
  const drawer = byId(cell ? "cell" : "ward");
  const seen = outline && !drawer.hidden ? `${cell ?? unit} ${drawer.offsetHeight}` : null;
  if (seen === shown.seen) return;
  shown.seen = seen; // first, as a map that moves draws all again, and comes back here
  if (seen) panBeside(cityMap.leaflet, outline, drawer);
}

function tellFirst(error, again) {
  if (error instanceof Problem) showRefusal(speech, error, null, { again });
  else showLost(speech, again);
}

function showWholeCity() {
  isFitting = true;
  wholeCity.show(cityMap.outline);
  isFitting = false;
}

/** Put the page's fixed words in a language. */
function say(language) {
  speech = speak(language);
  document.documentElement.lang = language;
  document.title = `${speech.words.title}: ${speech.words.subtitle}`;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = speech.words[element.dataset.word];
}
