// Draws what maps/unit_maps.py wrote into the file.

/* global L, setUpMap, fitBesideCard, drawLand, ringsOf, nameFeatures, asText */
// eslint-disable-next-line no-unused-vars
function drawUnitMap(map, { language, label, units, dashed }) {
  setUpMap(map, { language, label, maxZoom: 18 });
  drawLand(map, units.flatMap(({ geometry }) => ringsOf(geometry).map((ring) => ring.slice(0, -1))), dashed);
  const usual = { renderer: L.canvas({ padding: 0.5 }), color: "#5d4582", weight: 3, stroke: false, fillOpacity: 0, smoothFactor: 0 };
  const places = units.map((unit, index) =>
    L.geoJSON(unit, { style: usual })
      .bindTooltip(asText(unit.properties.name), { sticky: true })
      .on("click", () => choose(index))
      .addTo(map),
  );
  nameFeatures(map, units);

  const rows = [...document.querySelectorAll("[data-unit]")];
  rows.forEach((row) => row.addEventListener("click", () => choose(Number(row.dataset.unit))));
  document.querySelector(".whole").addEventListener("click", showAll);
  document.querySelector(".list input").addEventListener("input", ({ target }) => search(target.value));
  showAll();

  function choose(index) {
    mark(index);
    rows.find((row) => Number(row.dataset.unit) === index).scrollIntoView({ block: "nearest" });
    fitBesideCard(map, places[index].getBounds(), 60, 16);
  }

  function showAll() {
    mark(-1);
    fitBesideCard(map, L.featureGroup(places).getBounds(), 16, 18);
  }

  function mark(index) {
    places.forEach((place, at) => place.setStyle(at === index ? { stroke: true, fillOpacity: 0.15 } : usual));
    rows.forEach((row) => row.toggleAttribute("aria-current", Number(row.dataset.unit) === index));
  }

  /** Leave the rows whose text has what is wanted, with or without its marks. */
  function search(wanted) {
    const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
    rows.forEach((row) => (row.parentElement.hidden = !plain(row.textContent).includes(plain(wanted.trim()))));
    document.querySelector("[data-none]").hidden = rows.some((row) => !row.parentElement.hidden);
  }
}
