// The whole city on the map, as large as it goes beside what lies over the map: notices above, the legend in a corner.

import { byId } from "./elements.js";

/* global L */

const MARGIN = 8;
/** A ward's name may reach so far beyond it, in pixels. */
const NAME_MARGIN = 24;
const STEP = 0.25;
const MOST_STEPS = 12;

/** Gives `show(outline)`: the outline is the city's points as [lon, lat]. It does nothing while all is where it was. */
export function createWholeCity(map) {
  let drawn = null;

  function show(outline) {
    const [area, legend, notices] = ["map", "legend", "notices"].map((id) => byId(id).getBoundingClientRect());
    const seen = [area, legend, notices].flatMap(({ top, right }) => [top, right]).concat(outline.length);
    if (String(seen) === drawn) return;
    drawn = String(seen);
    map.invalidateSize({ pan: false });
    const bottom = (legend.width > area.width / 2 ? legend.top : area.bottom) - area.top;
    const free = { left: NAME_MARGIN, top: notices.bottom - area.top + MARGIN, right: area.width - NAME_MARGIN, bottom: bottom - MARGIN };
    const corner = { right: legend.right - area.left + MARGIN, top: legend.height ? legend.top - area.top - MARGIN : area.height };
    const { centre, zoom } = placed(map, outline, free, corner);
    map.setView(centre, zoom, { animate: false });
  }

  return {
    show,
    /** The map was moved: the next time the city is fitted anew. */
    left: () => (drawn = null),
  };
}

/* The largest zoom at which the city, moved as far up and right as it goes, keeps out of the corner below left. */
function placed(map, outline, free, corner) {
  const bounds = L.latLngBounds(outline.map(([lon, lat]) => [lat, lon]));
  const room = L.point(free.right - free.left, free.bottom - free.top);
  let zoom = largestZoom(map, bounds, room);
  for (let step = 0; step < MOST_STEPS; step += 1, zoom -= STEP) {
    const points = outline.map(([lon, lat]) => map.project([lat, lon], zoom));
    const box = L.bounds(points);
    const size = box.getSize();
    const spare = room.subtract(size);
    const moves = [L.point(spare.x / 2, spare.y / 2), L.point(spare.x, spare.y / 2), L.point(spare.x, 0)];
    for (const move of moves) {
      const shift = L.point(free.left, free.top).add(move).subtract(box.min);
      const isFree = points.every((point) => point.x + shift.x >= corner.right || point.y + shift.y <= corner.top);
      if (isFree) return { centre: map.unproject(map.getSize().divideBy(2).subtract(shift), zoom), zoom };
    }
  }
  return { centre: bounds.getCenter(), zoom };
}

function largestZoom(map, bounds, room) {
  const fits = (zoom) => {
    const size = L.bounds(map.project(bounds.getNorthWest(), zoom), map.project(bounds.getSouthEast(), zoom)).getSize();
    return size.x <= room.x && size.y <= room.y;
  };
  let zoom = map.getMaxZoom();
  while (zoom > map.getMinZoom() && !fits(zoom)) zoom -= STEP;
  return zoom;
}
