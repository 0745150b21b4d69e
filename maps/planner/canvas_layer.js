// A Leaflet layer that draws itself on one canvas and follows pan and zoom. A classic script, like Leaflet's own plugins:
// the page loads it beside Leaflet, and the map files (maps/hexagons.py) carry it inline.

/* global L */
L.CanvasLayer = L.Renderer.extend({
  options: { padding: 0.25 },

  /** Whether there is nothing to draw: for subclasses. */
  _isEmpty: () => false,

  /** Draw now: for subclasses, `(context, toLayer, bounds)`; toLayer takes x and y of the world at zoom 0. */
  _draw() {},

  /** Draw anew, once all is told that is told in one go: Leaflet says twice that it has moved, and data often come with a new view. */
  redraw() {
    if (this._isDue) return;
    this._isDue = true;
    queueMicrotask(() => {
      this._isDue = false;
      if (this._map && this._bounds) this._paint();
    });
  },

  _initContainer() {
    this._container = L.DomUtil.create("canvas", "leaflet-canvas-layer");
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    this.redraw();
  },

  _paint() {
    const canvas = this._container;
    canvas.style.display = this._isEmpty() ? "none" : "";
    const { min } = this._bounds;
    const size = this._bounds.getSize();
    const density = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(canvas, min);
    canvas.width = Math.round(size.x * density); // which also clears it
    canvas.height = Math.round(size.y * density);
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    if (this._isEmpty()) return;
    const context = canvas.getContext("2d");
    context.setTransform(density, 0, 0, density, -min.x * density, -min.y * density);
    const scale = 2 ** this._map.getZoom();
    const origin = this._map.getPixelOrigin();
    this._draw(context, (x, y) => [x * scale - origin.x, y * scale - origin.y], this._bounds);
  },

  _updatePaths() {},
});

/** A ring of [lon, lat] as [x, y] of the world at zoom 0, which every zoom is a multiple of. */
L.CanvasLayer.worldRing = (ring) =>
  ring.map(([lon, lat]) => {
    const { x, y } = L.CRS.EPSG3857.latLngToPoint(L.latLng(lat, lon), 0);
    return [x, y];
  });

/** The box of points of the world at zoom 0. */
L.CanvasLayer.boxOf = (points) => {
  const box = { west: Infinity, north: Infinity, east: -Infinity, south: -Infinity };
  for (const [x, y] of points) {
    box.west = Math.min(box.west, x);
    box.north = Math.min(box.north, y);
    box.east = Math.max(box.east, x);
    box.south = Math.max(box.south, y);
  }
  return box;
};

L.CanvasLayer.isInView = (box, toLayer, { min, max }) => {
  const [west, north] = toLayer(box.west, box.north);
  const [east, south] = toLayer(box.east, box.south);
  return east >= min.x && west <= max.x && south >= min.y && north <= max.y;
};

/** Add points of the world at zoom 0 to a path, as one line. */
L.CanvasLayer.trace = (path, points, toLayer) => {
  points.forEach(([x, y], index) => (index ? path.lineTo(...toLayer(x, y)) : path.moveTo(...toLayer(x, y))));
};

/** Whether a place is inside rings, by the even-odd rule, so that a hole is outside: https://wrfranklin.org/Research/Short_Notes/pnpoly.html */
L.CanvasLayer.isInside = (rings, x, y) => {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [xi, yi] = ring[i];
      const [xj, yj] = ring[j];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
    }
  }
  return inside;
};
