// Draws what maps/ward_maps.py wrote into the file.

/* global L, setUpMap, fitBesideCard, drawLand, ringsOf, nameFeatures, asText */
// eslint-disable-next-line no-unused-vars
function drawWardMap(map, { language, label, wards, colours, classOf, hatched, tips, dashed }) {
  setUpMap(map, { language, label, maxZoom: 17 });
  const open = wards.flatMap(({ geometry }) => ringsOf(geometry).map((ring) => ring.slice(0, -1)));
  drawLand(map, open, dashed, 0);

  const veil = hatched.includes(true) ? L.HexagonLayer.hatching() : null;
  const renderer = L.canvas({ padding: 0.5 });
  const usual = { renderer, stroke: false, color: "#1f1b26", weight: 3, fillOpacity: 1, smoothFactor: 0 };
  const places = wards.map((ward, index) =>
    L.geoJSON(ward, { style: { ...usual, fillColor: hatched[index] ? veil : (colours[classOf[index]] ?? "#fff") } })
      .bindTooltip(asText(tips[index]), { sticky: true })
      .on("mouseover", ({ target }) => target.setStyle({ stroke: true }))
      .on("mouseout", ({ target }) => target.setStyle({ stroke: false }))
      .addTo(map),
  );
  nameFeatures(map, wards);
  fitBesideCard(map, L.featureGroup(places).getBounds(), 16, 15);
}
