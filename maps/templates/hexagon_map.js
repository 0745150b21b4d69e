// Draws what maps/hexagons.py wrote into the file.

/* global L */
// eslint-disable-next-line no-unused-vars
function drawHexagonMap(map, { language, label, stepsPerDegree, hexagons, classes, classOf, hatched, tips, tipOf, outline, dashed }) {
  document.documentElement.lang = language;
  map.setMaxZoom(17);
  map.getContainer().setAttribute("aria-label", label);
  const dashArray = dashed ? "5 4" : null;
  const rings = readRings(hexagons);
  const cells = rings.map((ring, index) => ({ ring, tip: tips[tipOf[index]], colour: classes[classOf[index]]?.colour ?? "transparent" }));
  const hatching = hatched.length ? hatch() : null;
  const veils = hatched.map((index) => ({ ring: rings[index], colour: hatching }));

  const land = outline ? readRings(outline) : [];
  const lines = L.borderLines(land.map((ring) => [...ring, ring[0]]));
  const layer = new L.HexagonLayer({ pane: inPane("hexagons", 350).pane });
  L.polygon(polygons(land), { ...inPane("land", 250), stroke: false, fillColor: "#fff", fillOpacity: 1 }).addTo(map);
  layer.addTo(map).show([...cells, ...veils]);
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
    if (cell) tooltip.setLatLng(latlng).setContent(cell.tip).addTo(map);
    else tooltip.remove();
  });

  const everything = land.length ? land : cells.map(({ ring }) => ring);
  const bounds = L.latLngBounds(L.GeoJSON.coordsToLatLngs(everything.flat()));
  const facts = document.querySelector(".facts").getBoundingClientRect();
  const covered = facts.width > innerWidth / 2 ? facts.height : 0;
  if (bounds.isValid()) map.fitBounds(bounds, { animate: false, paddingBottomRight: [0, covered] });

  function hatch() {
    const tile = Object.assign(document.createElement("canvas"), { width: 6, height: 6 });
    const context = tile.getContext("2d");
    context.strokeStyle = "#6b6574";
    context.stroke(new Path2D("M-1 1 L1 -1 M0 6 L6 0 M5 7 L7 5"));
    return context.createPattern(tile, "repeat");
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
