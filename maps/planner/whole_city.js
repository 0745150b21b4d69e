// Where on the map nothing lies over it, and what is to be seen there: the whole city as large as it goes, or what was opened.

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

/**
 * The part of the map that is free beside an open drawer, in pixels of the map: the drawer stands at the right, or below
 * where it is as wide as the map.
 */
function besideDrawer(drawer) {
  const [area, legend, notices] = ["map", "legend", "notices"].map((id) => byId(id).getBoundingClientRect());
  const { left, top, width } = drawer.getBoundingClientRect();
  const isBelow = width > area.width / 2;
  const bottom = isBelow ? top : legend.height ? legend.top : area.bottom;
  return {
    left: MARGIN,
    top: notices.bottom - area.top + MARGIN,
    right: (isBelow ? area.right : left) - area.left - MARGIN,
    bottom: bottom - area.top - MARGIN,
  };
}

/** Pan so far that an outline of [lon, lat] is seen beside the open drawer, if it is not; what is larger than that place is put in its middle. */
export function panBeside(map, outline, drawer) {
  const box = L.bounds(outline.map(([lon, lat]) => map.latLngToContainerPoint([lat, lon])));
  if (isSeen(map, box, drawer)) return;
  const free = besideDrawer(drawer);
  const by = L.point(moved(box.min.x, box.max.x, free.left, free.right), moved(box.min.y, box.max.y, free.top, free.bottom));
  if (by.x || by.y) map.panBy([-by.x, -by.y], { animate: false });
}

/* Whether a box lies on the map, and nothing that is over the map lies on it. */
function isSeen(map, box, drawer) {
  if (!L.bounds([0, 0], map.getSize()).contains(box)) return false;
  const area = byId("map").getBoundingClientRect();
  const over = [drawer, byId("legend"), ...byId("notices").children].map((element) => element.getBoundingClientRect());
  return !over.some(({ left, top, right, bottom, height }) => {
    return height && box.overlaps(L.bounds([left - area.left, top - area.top], [right - area.left, bottom - area.top]));
  });
}

/* How far a span has to move to lie within another. */
function moved(least, most, from, to) {
  if (most - least > to - from) return (from + to - least - most) / 2;
  return Math.max(from - least, 0) || Math.min(to - most, 0);
}

/** The view in which an outline fills the place beside the open drawer, but no closer than `most`. */
export function viewBeside(map, outline, drawer, most) {
  const free = besideDrawer(drawer);
  const bounds = L.latLngBounds(outline.map(([lon, lat]) => [lat, lon]));
  const zoom = Math.min(largestZoom(map, bounds, L.point(free.right - free.left, free.bottom - free.top)), most);
  const middle = L.point((free.left + free.right) / 2, (free.top + free.bottom) / 2);
  const centre = map.project(bounds.getCenter(), zoom).subtract(middle).add(map.getSize().divideBy(2));
  const { lat, lng } = map.unproject(centre, zoom);
  return { zoom, lat, lon: lng };
}

/* The largest zoom at which the city, moved as far up and right as it goes, keeps out of the corner below left. */
function placed(map, outline, free, corner) {
  const bounds = L.latLngBounds(outline.map(([lon, lat]) => [lat, lon]));
  const world = L.CanvasLayer.worldRing(outline);
  const edges = L.CanvasLayer.boxOf(world);
  const room = L.point(free.right - free.left, free.bottom - free.top);
  let zoom = largestZoom(map, bounds, room);
  for (let step = 0; step < MOST_STEPS; step += 1, zoom -= STEP) {
    const scale = 2 ** zoom;
    const spare = room.subtract(L.point(edges.east - edges.west, edges.south - edges.north).multiplyBy(scale));
    const moves = [L.point(spare.x / 2, spare.y / 2), L.point(spare.x, spare.y / 2), L.point(spare.x, 0)];
    for (const move of moves) {
      const shift = L.point(free.left, free.top).add(move).subtract(L.point(edges.west, edges.north).multiplyBy(scale));
      const isFree = world.every(([x, y]) => x * scale + shift.x >= corner.right || y * scale + shift.y <= corner.top);
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
