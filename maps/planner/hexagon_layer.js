// Tens of thousands of hexagons on one canvas: one path a colour, and a hit test by bounding box, then by the ring.

/* global L */
(() => {
  L.HexagonLayer = L.CanvasLayer.extend({
    options: { gap: "#ffffff", gapFrom: 10 },

    _shapes: [],

    /** Hexagons are `{ring: [[lon, lat], ...], colour, ...}`; whatever else they carry comes back from `hexagonAt`. */
    show(hexagons) {
      this._shapes = hexagons.map((hexagon) => {
        const ring = L.CanvasLayer.worldRing(hexagon.ring);
        return { hexagon, ring, box: L.CanvasLayer.boxOf(ring) };
      });
      this.redraw();
    },

    hexagonAt(latlng) {
      const { x, y } = L.CRS.EPSG3857.latLngToPoint(latlng, 0);
      const hit = ({ box, ring }) => x >= box.west && x <= box.east && y >= box.north && y <= box.south && L.CanvasLayer.isInside([ring], x, y);
      return this._shapes.find(hit)?.hexagon ?? null;
    },

    _isEmpty() {
      return !this._shapes.length;
    },

    _draw(context, toLayer, bounds) {
      const paths = new Map();
      for (const shape of this._shapes) {
        if (!L.CanvasLayer.isInView(shape.box, toLayer, bounds)) continue;
        const { colour } = shape.hexagon;
        if (!paths.has(colour)) paths.set(colour, new Path2D());
        L.CanvasLayer.trace(paths.get(colour), shape.ring, toLayer);
        paths.get(colour).closePath();
      }
      context.strokeStyle = this.options.gap;
      context.lineWidth = 0.75;
      for (const [colour, path] of paths) {
        context.fillStyle = colour;
        context.fill(path);
        if (typeof colour === "string" && widthOf(this._shapes[0], toLayer) >= this.options.gapFrom) context.stroke(path);
      }
    },
  });

  /** A fill that says "hidden": give it as a colour. */
  L.HexagonLayer.hatching = () => {
    const tile = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
    const brush = tile.getContext("2d");
    brush.strokeStyle = "#8f8899";
    brush.stroke(new Path2D("M-1 1 L1 -1 M0 8 L8 0 M7 9 L9 7"));
    return brush.createPattern(tile, "repeat");
  };

  /* Between hexagons of a few pixels, gaps would make every colour paler than the legend's. */
  function widthOf({ box }, toLayer) {
    return toLayer(box.east, box.north)[0] - toLayer(box.west, box.north)[0];
  }
})();
