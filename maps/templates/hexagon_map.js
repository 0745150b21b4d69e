// Draws what maps/hexagons.py wrote into the file.

/* global L */
// eslint-disable-next-line no-unused-vars
function drawHexagonMap(map, { language, stepsPerDegree, hexagons, counts, classes, outline, dashed, words }) {
  document.documentElement.lang = language;
  map.setMaxZoom(17);
  map.getContainer().setAttribute("aria-label", words.map);
  const dashArray = dashed ? "5 4" : null;
  const number = new Intl.NumberFormat(language);
  const colourOf = (count) => classes.findLast(({ low }) => count >= low).colour;
  const cells = readRings(hexagons).map((ring, index) => ({ ring, count: counts[index], colour: colourOf(counts[index]) }));

  const land = outline ? readRings(outline) : [];
  const lines = L.borderLines(land.map((ring) => [...ring, ring[0]]));
  const layer = new L.HexagonLayer({ pane: inPane("hexagons", 350).pane });
  L.polygon(polygons(land), { ...inPane("land", 250), stroke: false, fillColor: "#fff", fillOpacity: 1 }).addTo(map);
  layer.addTo(map).show(cells);
  const lineLatLngs = L.GeoJSON.coordsToLatLngs(lines, 1);
  const casing = L.polyline(lineLatLngs, { ...inPane("casing", 410), color: "#fff", weight: 2.5 }).addTo(map);
  const borders = L.polyline(lineLatLngs, { ...inPane("borders", 420), color: "#4a4453", dashArray }).addTo(map);
  map.on("zoomend", () => {
    const isFar = map.getZoom() < 11;
    borders.setStyle({ weight: isFar ? 0.6 : 1, opacity: isFar ? 0.7 : 1 });
    casing.setStyle({ opacity: isFar ? 0 : 0.6 });
  });

  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);

  const tooltip = L.tooltip({ direction: "top", offset: [0, -8] });
  map.on("mousemove click", ({ latlng }) => {
    const cell = layer.hexagonAt(latlng);
    if (cell) tooltip.setLatLng(latlng).setContent(inWords(cell.count)).addTo(map);
    else tooltip.remove();
  });

  const everything = land.length ? land : cells.map(({ ring }) => ring);
  const bounds = L.latLngBounds(L.GeoJSON.coordsToLatLngs(everything.flat()));
  const facts = document.querySelector(".facts").getBoundingClientRect();
  const covered = facts.width > innerWidth / 2 ? facts.height : 0;
  if (bounds.isValid()) map.fitBounds(bounds, { animate: false, paddingBottomRight: [0, covered] });

  function inWords(count) {
    return `${number.format(count)} ${count === 1 ? words.report : words.reports}`;
  }

  function inPane(pane, height) {
    Object.assign(map.createPane(pane).style, { zIndex: height, pointerEvents: "none" });
    return { pane, renderer: L.canvas({ pane }), interactive: false };
  }

  function polygons(rings) {
    return L.GeoJSON.coordsToLatLngs(rings, 1).map((ring) => [ring]);
  }

  function readRings({ corners, steps }) {
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
}
