// Outlines on one canvas, filled or stroked: the city's land, borders of wards, what is marked.

/* global L */

export const OutlineLayer = L.CanvasLayer.extend({
  _shapes: [],

  /** Shapes are `{lines: [[[lon, lat], ...], ...], paint}`; `paint(context, path, zoom)` fills or strokes the path of the lines. */
  show(shapes) {
    this._shapes = shapes.map(({ lines, paint }) => ({ paint, lines: lines.map(placed) }));
    this.redraw();
  },

  _isEmpty() {
    return !this._shapes.some(({ lines }) => lines.length);
  },

  _draw(context, toLayer, bounds) {
    context.lineJoin = context.lineCap = "round";
    for (const { lines, paint } of this._shapes) {
      const path = new Path2D();
      for (const { points, box } of lines) {
        if (L.CanvasLayer.isInView(box, toLayer, bounds)) L.CanvasLayer.trace(path, points, toLayer);
      }
      paint(context, path, this._map.getZoom());
    }
  },
});

/** What strokes a path. */
export const stroke = ({ colour, width, opacity = 1, dashes = [] }) => (context, path) => {
  Object.assign(context, { strokeStyle: colour, lineWidth: width, globalAlpha: opacity });
  context.setLineDash(dashes);
  context.stroke(path);
};

function placed(line) {
  const points = L.CanvasLayer.worldRing(line);
  return { points, box: L.CanvasLayer.boxOf(points) };
}
