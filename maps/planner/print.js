// What is printed is laid out for A4 (print.css), and the map in it is drawn for that size; the address stays as it is. A sheet
// of paper can't be asked: how to read it and which boundaries it has are unfolded, and it says when it was made.

import { datesIn } from "./dates.js";
import { byId, make } from "./elements.js";

const MADE = { vi: (time) => `Lập lúc ${time}`, en: (time) => `Made on ${time}` };

/** Leaflet tells of a change of size so much later, and a little more. */
const SETTLED_AFTER_MS = 400;

let printing = false;

export const isPrinting = () => printing;

/** Draw a Leaflet map anew before and after each print, whoever starts it. */
export function printClean(map) {
  let [centre, zoom, wasOpen] = [null, null, false];
  const reading = byId("legend").querySelector("details");
  const made = make("p", { className: "made quiet" });
  byId("legend").append(made);

  function resize(isOn) {
    document.documentElement.classList.toggle("printing", isOn);
    map.invalidateSize({ animate: false, pan: false });
  }

  function sayWhen(now) {
    const { lang } = document.documentElement;
    const minutes = new Date(now - now.getTimezoneOffset() * 60_000).toISOString();
    made.textContent = MADE[lang](`${minutes.slice(11, 16)} ${datesIn(lang).date(minutes.slice(0, 10))}`);
  }

  addEventListener("beforeprint", () => {
    const bounds = map.getBounds();
    [centre, zoom, printing, wasOpen] = [map.getCenter(), map.getZoom(), true, reading.open];
    reading.open = true;
    sayWhen(new Date());
    resize(true);
    map.fitBounds(bounds, { animate: false });
  });
  addEventListener("afterprint", () => {
    resize(false);
    reading.open = wasOpen;
    map.setView(centre, zoom, { animate: false });
    setTimeout(() => {
      printing = false;
    }, SETTLED_AFTER_MS);
  });
}
