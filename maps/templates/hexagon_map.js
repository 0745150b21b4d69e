// Draws what maps/hexagons.py wrote into the file.

/* global L, setUpMap, fitBesideCard, readRings, drawLand, inPane, tellUnderPointer, boundsOf, nameOutline, coverBeyond */
// eslint-disable-next-line no-unused-vars
function drawHexagonMap(map, { language, label, hexagons, colours, colourOf, hatched, tips, tipOf, outline, dashed, box }) {
  setUpMap(map, { language, label, maxZoom: 17 });
  const rings = readRings(hexagons);
  const cells = rings.map((ring, index) => ({ ring, tip: tips[tipOf[index]], colour: colours[colourOf[index]] ?? "transparent" }));
  const veil = hatched.length ? L.HexagonLayer.hatching() : null;
  const veils = hatched.map((index) => ({ ring: rings[index], colour: veil }));

  const layer = new L.HexagonLayer({ pane: inPane(map, "hexagons", 350).pane });
  const land = readRings(outline);
  drawLand(map, land, dashed);
  layer.addTo(map).show([...cells, ...veils]);
  tellUnderPointer(map, (latlng) => layer.hexagonAt(latlng)?.tip);
  nameOutline(map, outline, land);
  if (box) coverBeyond(map, box);
  if (box) fitBesideCard(map, boundsOf([[box.slice(0, 2), box.slice(2)]]), 16, 17);
  else fitBesideCard(map, boundsOf(land.length ? land : rings), 16, 15);
}
