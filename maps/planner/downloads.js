// This view as a file, as a link, on paper.

import { make } from "./elements.js";
import { save } from "./save.js";
import { toolWords } from "./tool_words.js";
import { troubleInWords } from "./trouble_words.js";

/** What is drawn shows the part of the city that the map shows; tables have the cells that the map was asked for. */
const FILES = {
  png_slide: { format: "png", size: "slide" },
  png_a4: { format: "png", size: "a4" },
  html: { format: "html" },
  geojson: { format: "geojson" },
  csv: { format: "csv" },
  parquet: { format: "parquet" },
};

const DRAWN = ["png", "html"];

/** @param map the Leaflet map whose view is drawn */
export function createDownloads({ mount, map }) {
  const summary = make("summary");
  const buttons = Object.keys(FILES).map((kind) => make("button", { type: "button", onclick: () => download(kind) }));
  const print = make("button", { type: "button", className: "print", onclick: () => window.print() });
  const menu = make("details", { className: "downloads" }, summary, make("div", { className: "files" }, ...buttons, print));
  const link = make("button", { type: "button", className: "link", onclick: copyLink });
  const told = make("p", { className: "quiet", role: "status" });
  buttons.forEach((button, index) => Object.assign(button.dataset, { kind: Object.keys(FILES)[index] }));
  mount.replaceChildren(menu, link, told);
  let latest = null;

  async function download(kind) {
    const { now, question, period, words, speech } = latest;
    const { format, size } = FILES[kind];
    const bbox = DRAWN.includes(format) ? map.getBounds().toBBoxString() : question.bbox;
    const name = `hien-truong-${now.show}-${now.category ?? "all"}-${period.from}-${period.to}.${format}`;
    told.textContent = words.making({ name });
    try {
      await save("/v1/hotspots", { ...question, bbox, format, size, lang: now.lang }, name);
      told.textContent = words.saved({ name });
    } catch (error) {
      told.textContent = words.failed({ reason: troubleInWords(error, speech) });
    }
  }

  /* Browsers give the clipboard only to pages that came safely: where it is refused, the link is shown. */
  async function copyLink() {
    const { words } = latest;
    try {
      await navigator.clipboard.writeText(location.href);
      told.textContent = words.copied;
    } catch {
      told.textContent = words.notCopied({ address: location.href });
    }
  }

  return {
    /** `question` is what the map asked /v1/hotspots, `hexes` its answer; null before it has. */
    show(now, speech, { question, hexes }) {
      const words = toolWords(speech).downloads;
      latest = { now, question, period: hexes?.period, words, speech };
      summary.textContent = words.title;
      buttons.forEach((button) => Object.assign(button, { textContent: words[button.dataset.kind], disabled: !question }));
      link.textContent = words.link;
      print.textContent = words.print;
    },
  };
}
