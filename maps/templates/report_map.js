// Draws what maps/report_maps.py wrote into the file: points, which far away gather to circles with a number.

/* global L, setUpMap, fitBesideCard, readRings, drawLand, inPane, tellUnderPointer, boundsOf, nameOutline */
// eslint-disable-next-line no-unused-vars
function drawReportMap(map, { language, label, colours, steps, stepsPerDegree, classOf, parts, outline, dashed }) {
  setUpMap(map, { language, label, maxZoom: 18 });
  const land = readRings(outline);
  drawLand(map, land, dashed);
  nameOutline(map, outline, land);
  const points = readRings({ corners: [classOf.length], steps, stepsPerDegree })[0];
  const layer = new L.PointLayer({ pane: inPane(map, "points", 430).pane, colours, language });
  layer.addTo(map).show(points, classOf);
  const told = (index) => parts.map(({ texts, of }) => texts[of[index]]).filter(Boolean).join(" · ");
  tellUnderPointer(map, (latlng) => {
    const place = layer.placeAt(latlng);
    return place && (place.points.length === 1 ? told(place.points[0]) : layer.number(place.points.length));
  });
  map.on("click", ({ latlng }) => {
    const place = layer.placeAt(latlng);
    if (place?.points.length > 1) map.setView(latlng, map.getZoom() + 2);
  });
  fitBesideCard(map, boundsOf(points.length ? [points] : land), 24, 16);
}
