// Points on one canvas. Those that fall into the same square of the screen are drawn as one circle, whose rim shows the
// shares of their classes and whose middle their number.

/* global L */
L.PointLayer = L.CanvasLayer.extend({
  options: { colours: [], square: 44, single: 5, apartFrom: 16, language: "vi" },

  _points: [],
  _places: [],

  /** Points are [lon, lat], each with the number of its class. */
  show(points, classOf) {
    this._points = L.CanvasLayer.worldRing(points);
    this._classOf = classOf;
    this.redraw();
  },

  /** What is drawn at a place, if anything: `{points: [index, ...]}`. */
  placeAt(latlng) {
    const { x, y } = this._map.latLngToLayerPoint(latlng);
    return this._places.findLast((place) => Math.hypot(place.x - x, place.y - y) <= place.radius + 2) ?? null;
  },

  number(value) {
    return value.toLocaleString(this.options.language);
  },

  _draw(context, toLayer, bounds) {
    const { colours, single } = this.options;
    this._places = this._gather(toLayer, bounds);
    context.font = '600 12px "Be Vietnam Pro", "Noto Sans", system-ui, sans-serif';
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const place of this._places) {
      const many = place.points.length;
      place.radius = many === 1 ? single : 11 + 3 * Math.log10(many) + 3 * (String(many).length - 1);
      if (many === 1) disc(context, place, single, colours[this._classOf[place.points[0]]], "#fff");
      else this._drawMany(context, place);
    }
  },

  _drawMany(context, place) {
    const shares = this.options.colours.map((_, code) => place.points.filter((index) => this._classOf[index] === code).length);
    let from = -Math.PI / 2;
    context.lineWidth = 5;
    shares.forEach((share, code) => {
      const to = from + (2 * Math.PI * share) / place.points.length;
      context.beginPath();
      context.arc(place.x, place.y, place.radius - 2.5, from, to);
      context.strokeStyle = this.options.colours[code];
      context.stroke();
      from = to;
    });
    disc(context, place, place.radius - 5, "#fff", "#fff");
    context.fillStyle = "#1f1b26";
    context.fillText(this.number(place.points.length), place.x, place.y + 0.5);
  },

  /* Squares belong to the world, not to the screen, so that circles stay where they are when the map is moved. */
  _gather(toLayer, bounds) {
    const zoom = this._map.getZoom();
    const size = zoom >= this.options.apartFrom ? 1 : this.options.square;
    const scale = 2 ** zoom / size;
    const squares = new Map();
    this._points.forEach(([worldX, worldY], index) => {
      const [x, y] = toLayer(worldX, worldY);
      if (!bounds.contains([x, y])) return;
      const key = `${Math.floor(worldX * scale)},${Math.floor(worldY * scale)}`;
      const square = squares.get(key);
      if (!square) return squares.set(key, { x, y, points: [index] });
      const many = square.points.push(index);
      square.x += (x - square.x) / many;
      square.y += (y - square.y) / many;
    });
    return [...squares.values()];
  },
});

function disc(context, { x, y }, radius, fill, rim) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = rim;
  context.stroke();
}
