// What the page shows, and the address that says so: a link opens the same view, and back and forward work.

import { LANGUAGES } from "./words.js";

export const VIEWS = ["counts", "hotspots", "emerging", "change", "overdue"];
export const MEASURES = ["count", "reporters", "per_km2", "per_1000", "share"];
export const STATUSES = ["waiting", "in_progress", "resolved", "rejected"];
export const CHANNELS = ["app", "hotline_1022", "web", "open311", "import"];

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const MAP = /^(\d{1,2}(?:\.\d+)?)\/(-?\d{1,2}(?:\.\d+)?)\/(-?\d{1,3}(?:\.\d+)?)$/;
const CELL = /^[0-9a-f]{15}$/;

/**
 * @typedef {object} State
 * @property {?string} category a code, or null for all
 * @property {string} from the first day, YYYY-MM-DD
 * @property {string} to the last day, included
 * @property {"vi"|"en"} lang
 * @property {"counts"|"hotspots"|"emerging"|"change"|"overdue"} show what the map tells
 * @property {"count"|"reporters"|"per_km2"|"per_1000"|"share"} measure
 * @property {string[]} status none for all
 * @property {string[]} channel none for all
 * @property {boolean} overdue only reports that should have been answered by now
 * @property {?string} at day of the boundaries; null for the period's last day, see `boundariesDay`
 * @property {?string} cell the open hexagon's name
 * @property {?string} unit code of the open ward
 * @property {?string} report id of the open report
 * @property {?string} sort column of the ranking
 * @property {string} find what the ranking is searched for
 * @property {?{zoom: number, lat: number, lon: number}} view null for the whole city
 */

/** Each part of the state but the period: its name in the address, how it is read from there, and written; null is left out. */
const PARTS = {
  category: { read: (text) => text || null, write: String },
  show: oneOf(VIEWS, "counts"),
  measure: oneOf(MEASURES, "count"),
  status: someOf(STATUSES),
  channel: someOf(CHANNELS),
  overdue: { read: (text) => text === "true", write: (isOn) => (isOn ? "true" : null) },
  at: { read: (text) => (isDay(text) ? text : null), write: String },
  view: { name: "map", read: readView, write: ({ zoom, lat, lon }) => `${zoom}/${lat.toFixed(4)}/${lon.toFixed(4)}` },
  cell: { read: (text) => (CELL.test(text) ? text : null), write: String },
  unit: { read: (text) => text || null, write: String },
  report: { read: (text) => text || null, write: String },
  sort: { read: (text) => text || null, write: String },
  find: { read: (text) => text ?? "", write: (text) => text || null },
};

/** Read the state from an address; what is missing or can't be meant is taken from the defaults. */
export function readState(search, defaults) {
  const given = new URLSearchParams(search);
  const [from, to, lang] = ["from", "to", "lang"].map((name) => given.get(name));
  const isPeriod = isDay(from) && isDay(to) && from <= to;
  const parts = Object.entries(PARTS).map(([part, { name = part, read }]) => [part, read(given.get(name))]);
  return {
    ...(isPeriod ? { from, to } : { from: defaults.from, to: defaults.to }),
    lang: LANGUAGES.includes(lang) ? lang : defaults.lang,
    ...Object.fromEntries(parts),
  };
}

/** Write the state as an address. */
export function writeState(state) {
  const given = new URLSearchParams({ from: state.from, to: state.to, lang: state.lang });
  for (const [part, { name = part, write }] of Object.entries(PARTS)) {
    const text = state[part] === null ? null : write(state[part]);
    if (text !== null) given.set(name, text);
  }
  return `?${given.toString().replaceAll("%2F", "/").replaceAll("%2C", ",")}`;
}

/** Keep the state, tell the listener of each change, and keep the address in step. */
export function keepState(defaults, onChange) {
  let state = readState(location.search, defaults);
  history.replaceState(null, "", writeState(state));
  addEventListener("popstate", () => {
    state = readState(location.search, defaults);
    onChange(state);
  });
  const change = (changes, record) => {
    state = { ...state, ...changes };
    if (writeState(state) !== location.search) record.call(history, null, "", writeState(state));
    onChange(state);
  };
  return {
    get now() {
      return state;
    },
    /** A step of its own in the browser's history. */
    set: (changes) => change(changes, history.pushState),
    /** The same step, a little further: panning and zooming, typing, a period that plays. */
    adjust: (changes) => change(changes, history.replaceState),
  };
}

/** The day whose wards are shown. */
export const boundariesDay = ({ at, to }) => at ?? to;

/** What reports are asked for, as the service's parameters name it. */
export const reportFilters = ({ category, from, to, status, channel, overdue }) => ({ category, from, to, status, channel, overdue: overdue || null });

export function isDay(text) {
  return DATE.test(text ?? "") && !Number.isNaN(Date.parse(text));
}

/** The day so many days before another. */
export function daysBefore(day, days) {
  const date = new Date(day);
  date.setUTCDate(date.getUTCDate() - days);
  return date.toISOString().slice(0, 10);
}

function oneOf(known, usual) {
  return { read: (text) => (known.includes(text) ? text : usual), write: (value) => (value === usual ? null : value) };
}

function someOf(known) {
  return { read: (text) => known.filter((value) => text?.split(",").includes(value)), write: (values) => values.join() || null };
}

function readView(text) {
  const found = MAP.exec(text ?? "");
  return found && { zoom: Number(found[1]), lat: Number(found[2]), lon: Number(found[3]) };
}
