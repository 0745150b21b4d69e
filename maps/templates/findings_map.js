// Draws what maps/findings.py wrote into the file.

/* global L, setUpMap, fitBesideCard, asText */
// eslint-disable-next-line no-unused-vars
function drawFindingsMap(map, { language, label, units, findings }) {
  const colours = { refused: "#b3261e", excepted: "#b58900", repaired: "#2e7d4f", information: "#6b6475" };
  const [farthest, closest] = [13, 23];
  setUpMap(map, { language, label, maxZoom: closest });

  const land = L.geoJSON(units, {
    style: { color: "#8a8394", weight: 1, fillColor: "#fff", fillOpacity: 1 },
    onEachFeature: ({ properties }, layer) => layer.bindTooltip(asText(properties.name), { sticky: true }),
  }).addTo(map);
  const chosen = L.layerGroup().addTo(map);
  const markers = findings.map(({ severity, lon, lat }, index) =>
    L.circleMarker([lat, lon], { radius: 7, weight: 2, color: "#fff", fillColor: colours[severity], fillOpacity: 0.9 })
      .on("click", () => choose(index))
      .addTo(map),
  );
  // The gravest lie on top, and the list names them first.
  ["information", "repaired", "excepted", "refused"].forEach((severity) =>
    markers.forEach((marker, index) => findings[index].severity === severity && marker.bringToFront()),
  );

  const rows = [...document.querySelectorAll("[data-finding]")];
  rows.forEach((row) => row.addEventListener("click", () => choose(Number(row.dataset.finding))));
  document.querySelector(".whole")?.addEventListener("click", showAll);
  showAll();

  /** Zoom to a finding; near it the units' borders are drawn as they are, without simplification. */
  function choose(index) {
    const { severity, shape, around } = findings[index];
    const place = L.geoJSON(shape, { style: { color: colours[severity], weight: 3, fillOpacity: 0.45 } });
    chosen.clearLayers();
    chosen.addLayer(L.geoJSON(around, { style: { color: "#1f1b26", weight: 1.5 }, interactive: false }));
    chosen.addLayer(place);
    land.setStyle({ opacity: 0.25 });
    markers.forEach((marker, other) => marker.setStyle({ fillOpacity: other === index ? 0 : 0.9, opacity: other === index ? 0 : 1 }));
    rows.forEach((row) => row.toggleAttribute("aria-current", Number(row.dataset.finding) === index));
    rows[index].scrollIntoView({ block: "nearest" });
    fitBesideCard(map, place.getBounds(), 40, closest);
  }

  function showAll() {
    chosen.clearLayers();
    land.setStyle({ opacity: 1 });
    markers.forEach((marker) => marker.setStyle({ fillOpacity: 0.9, opacity: 1 }));
    rows.forEach((row) => row.removeAttribute("aria-current"));
    // A city may have islands far away: the places are what this map is about.
    const places = markers.length ? L.featureGroup(markers).getBounds().pad(0.2) : land.getBounds();
    fitBesideCard(map, places, 16, farthest);
  }
}
