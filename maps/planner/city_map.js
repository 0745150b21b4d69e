// The map: land, hexagons, ward outlines and names, from below to above. It knows shapes and events, not what they mean.

import { OutlineLayer, stroke } from "./outline_layer.js";

/* global L */

export const FINEST_SHOWN = 9;
const BASEMAP_OPACITY = 0.45;
const LAND = "#ffffff";
const BORDER = "#4a4453";
const CASING = { colour: "#ffffff", width: 2.5, opacity: 0.6 };
const DASHES = [5, 4];
const MARK = stroke({ colour: "#1f1b26", width: 3 });

/** The H3 resolution that suits a zoom: hexagons some 20 to 60 pixels wide. */
export function resolutionAt(zoom) {
  return Math.min(Math.max(Math.floor((zoom + 5) / 2), 7), FINEST_SHOWN);
}

export function createCityMap(element, extent, { basemap, onMove, onPick, tipOf }) {
  const map = L.map(element, {
    attributionControl: false,
    zoomControl: false,
    minZoom: 6,
    maxZoom: 17,
    zoomSnap: 0.25,
    maxBounds: L.latLngBounds(corners(extent)).pad(1),
  });
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  let zoomButtons = null;
  let outline = [extent.slice(0, 2), extent.slice(2)];

  if (basemap) {
    L.tileLayer(basemap.url, { maxZoom: map.getMaxZoom(), opacity: BASEMAP_OPACITY }).addTo(map);
    const credit = L.control.attribution({ prefix: false, position: "bottomright" }).addTo(map);
    credit.addAttribution(textOnly(basemap.credit));
  }
  const [land, hexagons, borders, labels, mark] = [
    new OutlineLayer({ pane: paneAt(map, "land", 250) }),
    new L.HexagonLayer({ pane: paneAt(map, "hexagons", 350) }),
    new OutlineLayer({ pane: paneAt(map, "borders", 420) }),
    new L.LabelLayer({ pane: paneAt(map, "labels", 450) }),
    new OutlineLayer({ pane: paneAt(map, "mark", 460) }),
  ].map((layer) => layer.addTo(map));

  map.on("moveend", () => onMove(viewOf(map)));
  map.on("click", ({ latlng }) => onPick(hexagons.hexagonAt(latlng), latlng));
  const tip = L.tooltip({ className: "tip", direction: "top", offset: [0, -8], opacity: 1 });
  map.on("mousemove", ({ latlng }) => {
    const hexagon = hexagons.hexagonAt(latlng);
    element.classList.toggle("on-hexagon", hexagon !== null);
    if (hexagon) map.openTooltip(tip.setContent(tipOf(hexagon)).setLatLng(latlng));
    else map.closeTooltip(tip);
  });
  map.on("mouseout movestart", () => map.closeTooltip(tip));
  element.addEventListener("keydown", (event) => {
    element.classList.remove("by-pointer");
    if (event.key === "Enter") onPick(hexagons.hexagonAt(map.getCenter()), map.getCenter());
  });
  element.addEventListener("pointerdown", () => element.classList.add("by-pointer"));
  element.addEventListener("blur", () => element.classList.remove("by-pointer"));

  return {
    /** For layers of other modules. */
    leaflet: map,
    /** Go to a view; does nothing when already there. */
    goTo(view) {
      if (!map._loaded || !isSame(view, viewOf(map))) map.setView([view.lat, view.lon], view.zoom);
    },
    /** Points that the city lies within, as [lon, lat]: those of its wards once they are there. */
    get outline() {
      return outline;
    },
    get resolution() {
      return resolutionAt(map.getZoom());
    },
    /** What is in view as west,south,east,north; null when hexagons are large enough to show the whole city at once. */
    get box() {
      if (this.resolution < FINEST_SHOWN) return null;
      return map.getBounds().toBBoxString();
    },
    /** Hexagons as views.js gives them; those without a colour are seen by their hatching, or not at all. */
    showHexagons(cells) {
      const veil = L.HexagonLayer.hatching();
      const veils = cells.filter(({ isHatched }) => isHatched).map(({ ring }) => ({ ring, colour: veil }));
      hexagons.show([...cells.map((cell) => ({ ...cell, colour: cell.colour ?? "transparent" })), ...veils]);
    },
    /** Outline a hexagon, or none. */
    mark: (hexagon) => mark.show([{ lines: hexagon ? [hexagon.ring] : [], paint: MARK }]),
    showWards(wards) {
      const isSchematic = wards.features.some(({ properties }) => properties.schematic);
      const rings = wards.features.flatMap(ringsOf);
      outline = rings.flat();
      if (!basemap) land.show([{ lines: rings, paint: fillLand }]);
      borders.show([{ lines: L.borderLines(rings), paint: borderPaint(isSchematic ? DASHES : []) }]);
    },
    nameWards({ features }, nameOf) {
      labels.show(features.map((ward) => ({ name: nameOf(ward.properties), rings: ringsOf(ward) })));
    },
    speak({ map: label, zoomIn, zoomOut }) {
      element.setAttribute("aria-label", label);
      zoomButtons?.remove();
      zoomButtons = L.control.zoom({ position: "topleft", zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
    },
    describe(text) {
      hexagons.getPane().setAttribute("role", "img");
      hexagons.getPane().setAttribute("aria-label", text);
    },
  };
}

function corners([west, south, east, north]) {
  return [
    [south, west],
    [north, east],
  ];
}

function viewOf(map) {
  const { lat, lng } = map.getCenter();
  return { zoom: map.getZoom(), lat, lon: lng };
}

function isSame(one, other) {
  return one.zoom === other.zoom && one.lat.toFixed(4) === other.lat.toFixed(4) && one.lon.toFixed(4) === other.lon.toFixed(4);
}

function paneAt(map, name, height) {
  map.createPane(name).style.zIndex = height;
  map.getPane(name).style.pointerEvents = "none";
  return name;
}

function fillLand(context, path) {
  context.fillStyle = LAND;
  context.fill(path, "evenodd");
}

/* Seen from afar, borders must not cover the hexagons. */
const borderPaint = (dashes) => (context, path, zoom) => {
  const isFar = resolutionAt(zoom) < FINEST_SHOWN - 1;
  if (!isFar) stroke(CASING)(context, path);
  stroke({ colour: BORDER, width: isFar ? 0.6 : 1, opacity: isFar ? 0.7 : 1, dashes })(context, path);
};

/** The rings of a ward, as [lon, lat]. */
export function ringsOf({ geometry: { type, coordinates } }) {
  return type === "Polygon" ? coordinates : coordinates.flat();
}

/* Leaflet takes the credit for HTML. */
function textOnly(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element.innerHTML;
}
