// Names on the map, drawn on a canvas: the larger places first, and none over another.

/* global L */
(() => {
  L.LabelLayer = L.CanvasLayer.extend({
    options: { font: '500 12px "Be Vietnam Pro", "Noto Sans", system-ui, sans-serif', ink: "#2b2833", halo: "#ffffff" },

    _places: [],

    /** Places are `{name, rings: [[[lon, lat], ...], ...]}`; a name stands in the middle of its largest ring. */
    show(places) {
      this._places = places
        .map(({ name, rings }) => {
          const middles = rings.map((ring) => middleOf(L.CanvasLayer.worldRing(ring)));
          return { name, ...middles.reduce((one, other) => (other.area > one.area ? other : one)) };
        })
        .sort((one, other) => other.area - one.area);
      this.redraw();
    },

    _isEmpty() {
      return !this._places.length;
    },

    _draw(context, toLayer, bounds) {
      context.font = this.options.font;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.lineJoin = "round";
      context.lineWidth = 3.5;
      context.strokeStyle = this.options.halo;
      context.fillStyle = this.options.ink;
      const taken = [];
      for (const { name, x, y } of this._places) {
        const [left, top] = toLayer(x, y);
        if (!bounds.contains([left, top])) continue;
        const half = context.measureText(name).width / 2 + 6;
        const box = { west: left - half, east: left + half, north: top - 10, south: top + 10 };
        if (taken.some((other) => overlap(box, other))) continue;
        taken.push(box);
        context.strokeText(name, left, top);
        context.fillText(name, left, top);
      }
    },
  });

  function overlap(one, other) {
    return one.west < other.east && other.west < one.east && one.north < other.south && other.north < one.south;
  }

  /* The centroid of a polygon, by the shoelace formula. */
  function middleOf(ring) {
    const [originX, originY] = ring[0];
    let [doubled, x, y] = [0, 0, 0];
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [xi, yi] = [ring[i][0] - originX, ring[i][1] - originY];
      const [xj, yj] = [ring[j][0] - originX, ring[j][1] - originY];
      const cross = xj * yi - xi * yj;
      doubled += cross;
      x += (xi + xj) * cross;
      y += (yi + yj) * cross;
    }
    return { area: Math.abs(doubled) / 2, x: originX + x / (3 * doubled), y: originY + y / (3 * doubled) };
  }
})();
