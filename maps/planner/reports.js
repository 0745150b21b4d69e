// Single reports: which are asked for, their points on the map, what the points mean, and the drawer of one.

import { addressOf, latestOnly, Problem, wasDropped } from "./api.js";
import { make } from "./elements.js";
import { createReportLayer, POINT_COLOURS } from "./report_layer.js";
import { createReportPanel } from "./report_panel.js";
import { reportFilters } from "./state.js";
import { toolWords } from "./tool_words.js";

const CLOSE_ENOUGH = 15;
const MOST = 300;
/** The box is asked for in steps of so many degrees, so that a small pan asks nothing new. */
const STEP = 0.01;

export function createReports({ map, key, drawer, onChange }) {
  const layer = createReportLayer(map);
  const panel = createReportPanel({ mount: drawer, onChange });
  const askReports = latestOnly();
  let asked = null;
  let found = null;
  let latest = null;

  function draw() {
    const [now, speech, data] = latest;
    layer.show(found?.features ?? [], now.report);
    key.hidden = !found;
    if (found) key.replaceChildren(...legend(found, toolWords(speech).reports, speech));
    panel.show(now, speech, data);
  }

  async function load() {
    const [now, , { caller }] = latest;
    const isClose = caller.sees.reports && now.view?.zoom >= CLOSE_ENOUGH;
    const question = isClose ? { ...reportFilters(now), bbox: boxOf(map.getBounds()), limit: MOST } : null;
    const address = question && addressOf("/v1/reports", question);
    if (address === asked) return;
    asked = address;
    if (!question) found = null;
    try {
      if (question) found = await askReports("/v1/reports", question);
    } catch (error) {
      if (wasDropped(error)) return;
      found = null;
      if (!(error instanceof Problem)) asked = null; // a lost connection: asked again with the next view that arrives
    }
    draw();
  }

  return {
    reportAt: layer.reportAt,
    show(...given) {
      latest = given;
      draw();
      load();
    },
  };
}

function legend({ features, links }, words, { number }) {
  const isCut = links.some(({ rel }) => rel === "next");
  const marks = Object.entries(POINT_COLOURS).map(([state, colour]) => {
    const dot = make("i", { className: state });
    dot.style.backgroundColor = colour;
    return make("span", {}, dot, words.states[state]);
  });
  const text = make("p", { textContent: isCut ? words.more({ n: number(features.length) }) : words.each });
  text.dataset.n = features.length;
  return [text, make("p", { className: "marks" }, ...marks)];
}

function boxOf(bounds) {
  const [west, south, east, north] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const outward = [Math.floor(west / STEP), Math.floor(south / STEP), Math.ceil(east / STEP), Math.ceil(north / STEP)];
  return outward.map((edge) => (edge * STEP).toFixed(2)).join();
}
