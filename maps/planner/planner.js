// The planner's page: keeps what is shown in step with the address, the service and the language.

import { ask, latestOnly, Problem, wasDropped } from "./api.js";
import { createCellPanel } from "./cell_panel.js";
import { createCityMap } from "./city_map.js";
import { colourOf, countClasses } from "./classes.js";
import { createDownloads } from "./downloads.js";
import { byId } from "./elements.js";
import { createFilters } from "./filters.js";
import { createKeyDialog } from "./key_dialog.js";
import { showLegend, showNotices } from "./legend.js";
import { showMessage, showProgress } from "./message.js";
import { COUNT_COLOURS } from "./palette.js";
import { isPrinting, printClean } from "./print.js";
import { createReports } from "./reports.js";
import { boundariesDay, daysBefore, keepState, readState } from "./state.js";
import { createTabs } from "./tabs.js";
import { createWardPointer } from "./ward_pointer.js";
import { createWards } from "./wards.js";
import { speak } from "./words.js";

const RETRY_AFTER_MS = 3000;
const DEFAULT_DAYS = 30;
/** How coarsely ward outlines may be drawn, in metres, by the hexagons' resolution. */
const TOLERANCE_M = { 7: 60, 8: 25, 9: 8 };

const today = new Date().toISOString().slice(0, 10);
let speech = null;
say(readState(location.search, { lang: "vi" }).lang);

const STARTING = ["/v1/extent", "/v1/categories", "/v1/caller"];
const [extent, categories, caller] = await untilAnswered(() => Promise.all(STARTING.map((path) => ask(path))));
extent.first_report ??= today;
extent.last_report ??= today;

const askHexes = latestOnly();
const askWards = latestOnly();
const shown = { hexes: null, question: null, hexagons: [], classes: [], isWholeCity: true, wards: null, asked: {} };

const panel = createCellPanel({ onClose: () => state.set({ cell: null }) });
const cityMap = createCityMap(byId("map"), extent.bbox, {
  onMove: (view) => isFitting || isPrinting() || state?.adjust({ view }),
  onPick: pick,
});
printClean(cityMap.leaflet);
const filters = createFilters({ categories, extent, onChange: (changes) => state.set(changes) });
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
const reports = createReports({ map: cityMap.leaflet, key: byId("points"), drawer: byId("report"), onChange: (changes) => state.set(changes) });
const parts = [tabs, wardsPart, reports, createKeyDialog({ mount: byId("key") }), createDownloads({ mount: byId("downloads") })];
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
  filters.show(now, speech);
  showParts();
  loadHexes(now);
  loadWards(now);
  draw();
}

/** Open what lies at a place on the map: a hexagon, else a ward. */
function pick(hexagon, latlng) {
  const report = reports.reportAt(latlng);
  if (report) state.set({ report });
  else state.set({ report: null, ...(hexagon ? { cell: hexagon.id, unit: null } : { cell: null, unit: wardPointer.wardAt(latlng) }) });
}

async function loadHexes({ category, from, to }) {
  const question = { category, from, to, res: cityMap.resolution, bbox: cityMap.box };
  if (!isNew("hexes", question)) return;
  showProgress(true);
  try {
    shown.hexes = await askHexes("/v1/hexes", question);
    takeHexes(question);
  } catch (error) {
    if (wasDropped(error)) return;
    delete shown.asked.hexes;
    showFailure(error, () => loadHexes(state.now));
  }
  showProgress(false);
}

function takeHexes(question) {
  const features = shown.hexes.features;
  shown.question = { ...question, view: state.now.show };
  shown.classes = countClasses(features.map(({ properties }) => properties.count), COUNT_COLOURS);
  shown.hexagons = features.map(({ id, geometry, properties: { count } }) => ({
    id,
    count,
    ring: geometry.coordinates[0],
    colour: colourOf(count, shown.classes),
  }));
  shown.isWholeCity = question.bbox === null;
  cityMap.showHexagons(shown.hexagons);
  byId("map").classList.remove("stale", "waiting");
  showMessage(null);
  draw();
}

async function loadWards(now) {
  const question = { level: "ward", at: boundariesDay(now), tolerance: TOLERANCE_M[cityMap.resolution] };
  if (!isNew("wards", question)) return;
  try {
    shown.wards = await askWards("/v1/units", question);
    cityMap.showWards(shown.wards);
    wardPointer.take(shown.wards);
    draw();
  } catch (error) {
    if (wasDropped(error)) return;
    delete shown.asked.wards;
    showFailure(error, () => loadWards(state.now));
  }
}

function showParts() {
  const { hexes, question, wards } = shown;
  for (const part of parts) part.show(state.now, speech, { hexes, question, wards, extent, categories, caller });
}

/** Draw what was answered last, in the language of now. */
function draw() {
  const { hexes, hexagons, wards } = shown;
  if (wards) cityMap.nameWards(wards, speech.shortNameOf);
  wardPointer.open(state.now.unit);
  showParts();
  if (!hexes) return;
  const category = categories.find(({ code }) => code === hexes.category);
  showLegend({ ...shown, categoryName: category && speech.nameOf(category) }, speech);
  showNotices(hexes, speech);
  const reports = hexagons.reduce((sum, { count }) => sum + count, 0);
  byId("map").dataset.reports = reports;
  cityMap.describe(speech.words.hexagons({ cells: speech.number(hexagons.length), reports: speech.number(reports) }));
  if (!hexagons.length) showNothing();
  if (!state.now.view) showWholeCity();
  const { cell } = state.now;
  const open = hexagons.find(({ id }) => id === cell) ?? null;
  cityMap.mark(open);
  if (cell) panel.show(open, hexes, speech);
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
  const everything = { category: null, from: extent.first_report, to: extent.last_report, view: null };
  showMessage({
    kind: "empty",
    title: shown.isWholeCity ? words.empty : words.emptyView,
    text: words.emptyHint,
    action: { text: words.showAll, run: () => state.set(everything) },
  });
}

/** A refusal is shown with its reason; a lost connection keeps the last view, greyed, and tries again. */
function showFailure(error, again) {
  const { words } = speech;
  byId("map").classList.remove("waiting");
  if (error instanceof Problem) {
    showMessage({ kind: "refused", title: words.refused, text: error.message, action: { text: words.retry, run: again } });
    return;
  }
  byId("map").classList.add("stale");
  showMessage({ kind: "lost", title: words.lost });
  setTimeout(again, RETRY_AFTER_MS);
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

function isNew(what, question) {
  const asked = JSON.stringify(question);
  if (shown.asked[what] === asked) return false;
  shown.asked[what] = asked;
  return true;
}
