// What every map file does alike: it says its language, shows places beside its card, and draws land and borders.

/* global L */
/* eslint-disable no-unused-vars */

/** Prepare a map of a file; the card must be in the document already. */
function setUpMap(map, { language, label, maxZoom }) {
  document.documentElement.lang = language;
  map.setMaxZoom(maxZoom);
  map.options.zoomSnap = 0.25;
  map.getContainer().setAttribute("aria-label", label);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  const card = document.querySelector(".facts");
  const about = card.querySelector("details");
  if (about && (card.offsetHeight > 0.85 * innerHeight || card.scrollHeight > card.clientHeight)) about.open = false;
}

/** Show a place beside the card that lies over the map, or above the card on a narrow screen. */
function fitBesideCard(map, bounds, margin, maxZoom) {
  if (!bounds.isValid()) return;
  const card = document.querySelector(".facts").getBoundingClientRect();
  const wide = card.width < innerWidth / 2;
  map.fitBounds(bounds, {
    animate: false,
    maxZoom,
    paddingTopLeft: [margin + (wide ? card.right : 0), margin],
    paddingBottomRight: [margin, margin + (wide ? 0 : innerHeight - card.top)],
  });
}

/** Read the rings that maps/rings.py wrote: [lon, lat] of each corner, not closed. */
function readRings({ corners, steps, stepsPerDegree }) {
  let [lon, lat, at] = [0, 0, 0];
  return corners.map((many) =>
    Array.from({ length: many }, () => {
      lon += steps[at];
      lat += steps[at + 1];
      at += 2;
      return [lon / stepsPerDegree, lat / stepsPerDegree];
    }),
  );
}

/** Draw the land below what is told of it, and its borders above, with a white rim from a zoom on; dashed ones are schematic. */
function drawLand(map, rings, dashed, rimFrom = 11) {
  const shapes = L.GeoJSON.coordsToLatLngs(rings, 1).map((ring) => [ring]);
  L.polygon(shapes, { ...inPane(map, "land", 250), stroke: false, fillColor: "#fff", fillOpacity: 1, smoothFactor: 0 }).addTo(map);
  const lines = L.GeoJSON.coordsToLatLngs(L.borderLines(rings.map((ring) => [...ring, ring[0]])), 1);
  const casing = L.polyline(lines, { ...inPane(map, "casing", 410), color: "#fff", weight: 2.5 }).addTo(map);
  const dashArray = dashed ? "5 4" : null;
  const borders = L.polyline(lines, { ...inPane(map, "borders", 420), color: "#4a4453", dashArray }).addTo(map);
  map.on("zoomend", () => {
    const isFar = map.getZoom() < 11;
    borders.setStyle({ weight: isFar ? 0.6 : 1, opacity: isFar ? 0.7 : 1 });
    casing.setStyle({ opacity: map.getZoom() < rimFrom ? 0 : 0.6 });
  });
}

/** All rings of a GeoJSON polygon or multipolygon. */
function ringsOf({ type, coordinates }) {
  return type === "Polygon" ? coordinates : coordinates.flat();
}

/** Name features on the map. */
function nameFeatures(map, features) {
  showNames(map, features.map(({ properties, geometry }) => ({ name: properties.name, rings: ringsOf(geometry) })));
}

/** Name wards of an outline that maps/hexagons.py wrote; `rings` are what `readRings` made of it. */
function nameOutline(map, { names, ringsOf: many }, rings) {
  let next = 0;
  showNames(map, names.map((name, ward) => ({ name, rings: rings.slice(next, (next += many[ward])) })));
}

/** Name places, from a zoom on at which names can be read. */
function showNames(map, places) {
  const from = 12;
  const names = new L.LabelLayer({ pane: inPane(map, "names", 440).pane });
  map.on("zoomend", () => (map.getZoom() < from ? names.remove() : names.addTo(map).show(places)));
}

/** Cover what lies beyond a box, [west, south, east, north]: nothing is told of it. */
function coverBeyond(map, [west, south, east, north]) {
  const inside = [[south, west], [north, west], [north, east], [south, east]];
  const everywhere = [[-90, -360], [90, -360], [90, 360], [-90, 360]];
  L.polygon([everywhere, inside], { ...inPane(map, "cover", 450), color: "#8a8494", weight: 1, fillColor: "#f1eff3", fillOpacity: 1 }).addTo(map);
}

/** A pane of the map at a height, whose shapes are drawn on one canvas and let the pointer through. */
function inPane(map, pane, height) {
  Object.assign(map.createPane(pane).style, { zIndex: height, pointerEvents: "none" });
  return { pane, renderer: L.canvas({ pane }), interactive: false };
}

/** Tell what lies under the pointer: `tipAt(latlng)` gives its text, or nothing. */
function tellUnderPointer(map, tipAt) {
  const tooltip = L.tooltip({ direction: "top", offset: [0, -8] });
  map.on("mousemove click", ({ latlng }) => {
    const tip = tipAt(latlng);
    if (tip) tooltip.setLatLng(latlng).setContent(asText(tip)).addTo(map);
    else tooltip.remove();
  });
  map.on("mouseout", () => tooltip.remove());
}

/** Leaflet takes texts for HTML: this is text. */
function asText(text) {
  return Object.assign(document.createElement("span"), { textContent: text });
}

function boundsOf(rings) {
  return L.latLngBounds(L.GeoJSON.coordsToLatLngs(rings.flat()));
}
