// Wards under the pointer: which one a place is in, and outlines of the one pointed at and of the open one.

/* global L */

const OUTLINE = { color: "#1f1b26", fill: false, interactive: false };

export function createWardPointer(map, { onPoint }) {
  map.createPane("pointed").style.zIndex = 455;
  map.getPane("pointed").style.pointerEvents = "none";
  const renderer = L.canvas({ pane: "pointed", padding: 0.25 });
  const [open, pointed] = [3, 2].map((weight) => L.polygon([], { ...OUTLINE, weight, pane: "pointed", renderer }).addTo(map));
  let wards = [];
  let under = null;

  const tell = (code) => {
    if (code !== under) onPoint((under = code));
  };
  map.on("mousemove", ({ latlng }) => tell(wardAt(latlng)));
  map.on("mouseout", () => tell(null));

  function wardAt({ lng, lat }) {
    const isHere = ({ box: [west, south, east, north], rings }) =>
      lng >= west && lng <= east && lat >= south && lat <= north && L.CanvasLayer.isInside(rings, lng, lat);
    return wards.find(isHere)?.code ?? null;
  }

  function outline(polygon, code) {
    const ward = wards.find((one) => one.code === code);
    polygon.setLatLngs(ward ? L.GeoJSON.coordsToLatLngs(ward.rings, 1) : []);
  }

  return {
    wardAt,
    take({ features }) {
      wards = features.map(({ properties, geometry: { type, coordinates } }) => {
        const rings = type === "Polygon" ? coordinates : coordinates.flat();
        const [lons, lats] = [0, 1].map((axis) => rings.flat().map((point) => point[axis]));
        return { code: properties.code, rings, box: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)] };
      });
    },
    /** Outline a ward for as long as it is pointed at, or none. */
    point: (code) => outline(pointed, code),
    /** Outline the open ward, or none. */
    open: (code) => outline(open, code),
  };
}
