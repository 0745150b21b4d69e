// On a phone what stands beside the map comes as a sheet from below, one at a time, behind these tabs.

import { byId, make } from "./elements.js";

const TABS = ["map", "controls", "wards", "series"];

/** `open(name)` shows a sheet, "map" none of them. */
export function createTabs() {
  const row = byId("tabs");
  const open = (name) => {
    document.body.dataset.tab = name;
    for (const button of row.children) button.setAttribute("aria-pressed", String(button.dataset.tab === name));
  };
  row.append(
    ...TABS.map((name) => {
      const button = make("button", { type: "button", onclick: () => open(document.body.dataset.tab === name ? "map" : name) });
      button.dataset.tab = name;
      return button;
    }),
  );
  open("map");
  return {
    open,
    show(now, { words }) {
      row.setAttribute("aria-label", words.parts);
      for (const button of row.children) button.textContent = words.tabs[button.dataset.tab];
    },
  };
}
