// What the page shows, and the address that says so: a link opens the same view, and back and forward work.

import { LANGUAGES } from "./words.js";

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const VIEW = /^(\d{1,2}(?:\.\d+)?)\/(-?\d{1,2}(?:\.\d+)?)\/(-?\d{1,3}(?:\.\d+)?)$/;

/**
 * @typedef {object} State
 * @property {?string} category a code, or null for all
 * @property {string} from the first day, YYYY-MM-DD
 * @property {string} to the last day, included
 * @property {"vi"|"en"} lang
 * @property {?string} cell the open hexagon's name
 * @property {?{zoom: number, lat: number, lon: number}} view null for the whole city
 */

/** Read the state from an address; what is missing or can't be meant is taken from the defaults. */
export function readState(search, defaults) {
  const given = new URLSearchParams(search);
  const [from, to] = [given.get("from"), given.get("to")];
  const isPeriod = isDay(from) && isDay(to) && from <= to;
  const view = VIEW.exec(given.get("map") ?? "");
  return {
    category: given.get("category") || null,
    ...(isPeriod ? { from, to } : { from: defaults.from, to: defaults.to }),
    lang: LANGUAGES.includes(given.get("lang")) ? given.get("lang") : defaults.lang,
    cell: /^[0-9a-f]{15}$/.test(given.get("cell") ?? "") ? given.get("cell") : null,
    view: view && { zoom: Number(view[1]), lat: Number(view[2]), lon: Number(view[3]) },
  };
}

/** Write the state as an address. */
export function writeState({ category, from, to, lang, cell, view }) {
  const given = new URLSearchParams();
  if (category) given.set("category", category);
  given.set("from", from);
  given.set("to", to);
  given.set("lang", lang);
  if (view) given.set("map", `${view.zoom}/${view.lat.toFixed(4)}/${view.lon.toFixed(4)}`);
  if (cell) given.set("cell", cell);
  return `?${given.toString().replaceAll("%2F", "/")}`;
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
    /** The same step, a little further: panning and zooming. */
    adjust: (changes) => change(changes, history.replaceState),
  };
}

export function isDay(text) {
  return DATE.test(text ?? "") && !Number.isNaN(Date.parse(text));
}

/** The day so many days before another. */
export function daysBefore(day, days) {
  const date = new Date(day);
  date.setUTCDate(date.getUTCDate() - days);
  return date.toISOString().slice(0, 10);
}
