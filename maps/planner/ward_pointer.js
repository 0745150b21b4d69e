// Wards under the pointer: which one a place is in, and outlines of the one pointed at and of the open one.

import { OutlineLayer, stroke } from "./outline_layer.js";

/* global L */

const [OPEN, POINTED] = [3, 2].map((width) => stroke({ colour: "#1f1b26", width }));

export function createWardPointer(map, { onPoint }) {
  map.createPane("pointed").style.zIndex = 455;
  map.getPane("pointed").style.pointerEvents = "none";
  const layer = new OutlineLayer({ pane: "pointed" }).addTo(map);
  const outlined = { open: null, pointed: null };
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

  function outline(changes) {
    Object.assign(outlined, changes);
    const ringsOf = (code) => wards.find((one) => one.code === code)?.rings ?? [];
    layer.show([
      { lines: ringsOf(outlined.open), paint: OPEN },
      { lines: ringsOf(outlined.pointed), paint: POINTED },
    ]);
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
    point: (pointed) => outline({ pointed }),
    /** Outline the open ward, or none. */
    open: (open) => outline({ open }),
  };
}
