// The drawer of one hexagon: where it is, how many reports, how it stands among the others.

import { latestOnly, wasDropped } from "./api.js";
import { byId, make } from "./elements.js";

export function createCellPanel({ onClose }) {
  const panel = byId("cell");
  const locate = latestOnly();

  function draw(hexagon, { hexes, located }, speech) {
    const { words, number } = speech;
    const close = make("button", { type: "button", className: "close", textContent: "×", onclick: onClose });
    close.setAttribute("aria-label", words.close);
    const place = make("h2", {}, located ? placeInWords(located, speech) : words.locating);
    const facts = hexagon ? factsInWords(hexagon, hexes, speech) : [words.cellGone];
    const [count, ...more] = facts;
    panel.replaceChildren(close, place, make("p", { className: "count" }, count), ...more.map((text) => make("p", {}, text)));
    if (located?.unit) panel.append(make("p", { className: "quiet" }, words.middle));
    if (located?.generation?.schematic) panel.append(make("p", { className: "quiet" }, words.bySketch));
    if (hexagon) panel.querySelector(".count").dataset.count = number(hexagon.count);
    panel.hidden = false;
  }

  return {
    /** Show a hexagon of the answer, and look its ward up on the period's last day. */
    async show(hexagon, hexes, speech) {
      draw(hexagon, { hexes }, speech);
      if (!hexagon) return;
      const [lon, lat] = middleOf(hexagon.ring);
      try {
        const located = await locate("/v1/locate", { lon: lon.toFixed(6), lat: lat.toFixed(6), at: hexes.period.to });
        draw(hexagon, { hexes, located }, speech);
      } catch (error) {
        if (!wasDropped(error)) panel.querySelector("h2").textContent = error.message;
      }
    },
    hide() {
      panel.hidden = true;
    },
  };
}

function placeInWords({ unit, ancestors }, { words, nameOf }) {
  return unit ? [unit, ...(ancestors ?? [])].map(nameOf).join(", ") : words.nowhere;
}

function factsInWords(hexagon, hexes, { words, number, share }) {
  const rank = 1 + hexes.features.filter(({ properties }) => properties.count > hexagon.count).length;
  return [
    words.count({ n: number(hexagon.count) }),
    words.rank({ rank: number(rank), cells: number(hexes.features.length) }),
    words.share({ share: share(hexagon.count / hexes.n) }),
  ];
}

function middleOf(ring) {
  const corners = ring.slice(1);
  const mean = (axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length;
  return [mean(0), mean(1)];
}
