// Draws what maps/step_maps.py wrote into the file: hexagons of one step of time after another.

/* global L, setUpMap, fitBesideCard, readRings, drawLand, inPane, tellUnderPointer, boundsOf, nameOutline */
// eslint-disable-next-line no-unused-vars
function drawStepMap(map, { language, label, hexagons, colours, steps, tips, outline, dashed }) {
  const milliseconds = 1000;
  setUpMap(map, { language, label, maxZoom: 17 });
  const rings = readRings(hexagons);
  const land = readRings(outline);
  drawLand(map, land, dashed);
  nameOutline(map, outline, land);
  const veil = L.HexagonLayer.hatching();
  const layer = new L.HexagonLayer({ pane: inPane(map, "hexagons", 350).pane }).addTo(map);
  tellUnderPointer(map, (latlng) => layer.hexagonAt(latlng)?.tip);

  const [range, output, play] = ["input", "output", ".play"].map((name) => document.querySelector(`.steps ${name}`));
  const bars = [...document.querySelectorAll(".bars button")];
  const sizes = [...document.querySelectorAll(".facts ol small")];
  let playing = null;

  range.addEventListener("input", () => go(Number(range.value)));
  bars.forEach((bar, index) => bar.addEventListener("click", () => go(index)));
  play.addEventListener("click", () => (playing ? pause() : start()));
  pause();
  go(steps.length - 1);
  fitBesideCard(map, boundsOf(land.length ? land : rings), 16, 15);

  function go(index) {
    const step = steps[index];
    range.value = index;
    range.setAttribute("aria-valuetext", step.label);
    output.textContent = step.said;
    bars.forEach((bar, at) => bar.toggleAttribute("aria-current", at === index));
    sizes.forEach((size, at) => (size.textContent = step.sizes[at]));
    let cell = 0;
    const cells = step.cells.map((gap, row) => {
      cell += gap;
      return { ring: rings[cell], tip: tips[step.tipOf[row]], colour: colours[step.colourOf[row]] ?? "transparent" };
    });
    layer.show([...cells, ...step.hatched.map((row) => ({ ...cells[row], colour: veil }))]);
  }

  function start() {
    if (Number(range.value) === steps.length - 1) go(0);
    playing = setInterval(() => {
      const next = Number(range.value) + 1;
      go(next);
      if (next === steps.length - 1) pause();
    }, milliseconds);
    say("pause", "❚❚");
  }

  function pause() {
    clearInterval(playing);
    playing = null;
    say("play", "▶");
  }

  function say(what, sign) {
    play.textContent = sign;
    play.setAttribute("aria-label", play.dataset[what]);
  }
}
