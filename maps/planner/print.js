// What is printed is laid out for A4 (print.css), and the map in it is drawn for that size; the address stays as it is.

/** Leaflet tells of a change of size so much later, and a little more. */
const SETTLED_AFTER_MS = 400;

let printing = false;

export const isPrinting = () => printing;

/** Draw a Leaflet map anew before and after each print, whoever starts it. */
export function printClean(map) {
  let [centre, zoom] = [null, null];

  function resize(isOn) {
    document.documentElement.classList.toggle("printing", isOn);
    map.invalidateSize({ animate: false, pan: false });
  }

  addEventListener("beforeprint", () => {
    const bounds = map.getBounds();
    [centre, zoom, printing] = [map.getCenter(), map.getZoom(), true];
    resize(true);
    map.fitBounds(bounds, { animate: false });
  });
  addEventListener("afterprint", () => {
    resize(false);
    map.setView(centre, zoom, { animate: false });
    setTimeout(() => {
      printing = false;
    }, SETTLED_AFTER_MS);
  });
}
