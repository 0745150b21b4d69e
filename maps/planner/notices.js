// What stands on the map itself because the reader must not take it for real, or for all there is.

import { byId, make } from "./elements.js";

export function showNotices({ n, synthetic, generation, hidden }, { words, number }) {
  const notices = [];
  if (synthetic) notices.push(["synthetic", words.synthetic({ count: number(synthetic), n: number(n) })]);
  if (generation?.schematic) notices.push(["schematic", words.schematic]);
  if (hidden?.coarser_cells) {
    const { fewer_reporters_than: people, reports_in_coarser_cells: coarser, reports_in_city_only: cityOnly } = hidden;
    notices.push(["public", words.publicView({ people: number(people), n: number(coarser + cityOnly) })]);
  }
  const all = byId("notices");
  for (const old of all.querySelectorAll(".notice:not(#lost)")) old.remove();
  all.append(...notices.map(([kind, text]) => make("p", { className: `notice ${kind}`, textContent: text })));
}
