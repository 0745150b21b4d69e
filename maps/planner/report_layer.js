// Single reports as points on one canvas, for those who may see them, once the map is close enough to tell them apart.

/* global L */

const RADIUS = 6;
const REACH = 12;
/** A report's state, and how its point is filled; the ring around it is always the same. */
export const POINT_COLOURS = { open: "#ffffff", overdue: "#c4183c", answered: "#4a4453" };

export function stateOf({ answered_at: answered, closed_at: closed, due_at: due }) {
  if (answered || closed) return "answered";
  return due && Date.parse(due) < Date.now() ? "overdue" : "open";
}

const ReportLayer = L.CanvasLayer.extend({
  _points: [],
  _open: null,

  show(points, open) {
    [this._points, this._open] = [points, open];
    this.redraw();
  },

  _isEmpty() {
    return !this._points.length;
  },

  _draw(context, toLayer, bounds) {
    for (const { id, x, y, state } of this._points) {
      const [left, top] = toLayer(x, y);
      if (!bounds.contains([left, top])) continue;
      const isOpen = id === this._open;
      context.beginPath();
      context.arc(left, top, isOpen ? RADIUS + 3 : RADIUS, 0, 2 * Math.PI);
      context.fillStyle = POINT_COLOURS[state];
      context.fill();
      context.lineWidth = isOpen ? 4 : 2;
      context.strokeStyle = state === "open" || isOpen ? "#1f1b26" : "#ffffff";
      context.stroke();
    }
  },
});

export function createReportLayer(map) {
  map.createPane("reports").style.zIndex = 470;
  map.getPane("reports").style.pointerEvents = "none";
  const layer = new ReportLayer({ pane: "reports" }).addTo(map);
  let points = [];

  return {
    /** Features of /v1/reports; `open` is the id of the one that is marked. */
    show(features, open) {
      points = features.map(({ id, geometry, properties }) => {
        const [[x, y]] = L.CanvasLayer.worldRing([geometry.coordinates]);
        return { id, x, y, state: stateOf(properties), latlng: L.latLng(geometry.coordinates[1], geometry.coordinates[0]) };
      });
      layer.show(points, open);
    },
    /** The id of the report at a place, within reach of a finger; null if there is none. */
    reportAt(latlng) {
      const place = map.latLngToContainerPoint(latlng);
      const near = points.map(({ id, latlng: at }) => ({ id, distance: map.latLngToContainerPoint(at).distanceTo(place) }));
      const nearest = near.reduce((one, other) => (other.distance < one.distance ? other : one), { id: null, distance: REACH });
      return nearest.id;
    },
  };
}
