// Draws what maps/transfers.py wrote into the file.

/* global L, setUpMap, fitBesideCard, asText */
// eslint-disable-next-line no-unused-vars
function drawTransfersMap(map, { language, label, before, after, moved, largest }) {
  setUpMap(map, { language, label, maxZoom: 18 });

  const named = ({ properties }, layer) => layer.bindTooltip(asText(properties.name), { sticky: true });
  const land = L.geoJSON(after, {
    style: { color: "#4a4453", weight: 1.5, fillColor: "#fff", fillOpacity: 1 },
    onEachFeature: named,
  }).addTo(map);
  const parts = [];
  const usual = (index) => ({ fillOpacity: largest[index] ? 0.12 : 0.65 });
  L.geoJSON(moved, {
    style: { stroke: false, fillColor: "#d9772b" },
    onEachFeature: (feature, layer) => {
      named(feature, layer);
      layer.on("click", () => choose(parts.indexOf(layer)));
      parts.push(layer);
    },
  }).addTo(map);
  L.geoJSON(before, { style: { color: "#2f6f9f", weight: 1, dashArray: "5 4", fill: false }, interactive: false }).addTo(map);

  const rows = [...document.querySelectorAll("[data-part]")];
  rows.forEach((row, index) => row.addEventListener("click", () => choose(index)));
  document.querySelector(".whole")?.addEventListener("click", showAll);
  showAll();

  function choose(index) {
    mark(index);
    rows[index].scrollIntoView({ block: "nearest" });
    fitBesideCard(map, parts[index].getBounds(), 80, 16);
  }

  function showAll() {
    mark(-1);
    fitBesideCard(map, land.getBounds(), 16, 18);
  }

  function mark(index) {
    parts.forEach((part, at) => part.setStyle(at === index ? { fillOpacity: 0.9 } : usual(at)));
    rows.forEach((row, at) => row.toggleAttribute("aria-current", at === index));
  }
}
