// Wards beside each other: one answer of the service for the ranking table and for the drawer of the open ward.

import { latestOnly, Problem, wasDropped } from "./api.js";
import { boundariesDay } from "./state.js";
import { createWardPanel } from "./ward_panel.js";
import { createWardsTable } from "./wards_table.js";

const RANKING = "/v1/wards/ranking";

/** `onHover` is told the code of the ward under pointer or focus, or null; `onZoom` the shape of one that is to be seen close. */
export function createWards({ table, drawer, onChange, onAdjust, onHover, onZoom }) {
  const askRanking = latestOnly();
  const list = createWardsTable({ mount: table, onChange, onAdjust, onHover });
  const panel = createWardPanel({ mount: drawer, onChange, onZoom });
  let isHeld = false;
  let asked = null;
  const shown = { ranking: null, failure: null };
  let latest = null;

  function draw() {
    const [now, speech, data] = latest;
    list.show({ ...shown, question: asked }, now, speech, data);
    panel.show(shown, now, speech, data);
  }

  async function load() {
    const [now, , data] = latest;
    const question = questionOf(now, data);
    if (isHeld || !question || JSON.stringify(question) === JSON.stringify(asked)) return;
    asked = question;
    try {
      Object.assign(shown, { ranking: await askRanking(RANKING, question), failure: null });
    } catch (error) {
      if (wasDropped(error)) return;
      shown.failure = error instanceof Problem ? error : null;
      if (!shown.failure) asked = null; // a lost connection: asked again with the next view that arrives
    }
    draw();
  }

  return {
    show(...given) {
      latest = given;
      draw();
      load();
    },
    /** Whether the map waits for its answer: it comes first, as the ranking takes more of the service's time. */
    hold(isWaiting) {
      isHeld = isWaiting;
      if (!isHeld && latest) requestAnimationFrame(() => setTimeout(load)); // once the map is painted
    },
    /** Point at a ward's row, as its place on the map is pointed at; or at none. */
    highlight: list.highlight,
  };
}

/* The public is told of whole months and of today's wards: those of the map it sees, once that is there. */
function questionOf(now, { hexes, caller }) {
  if (caller.sees.small_counts) return { category: now.category, from: now.from, to: now.to, boundaries_at: boundariesDay(now) };
  return hexes && { category: now.category, ...hexes.period };
}
