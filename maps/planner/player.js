// Plays the chosen period through time: it moves on by a step, waits until the map shows it, and moves on.

import { byId } from "./elements.js";
import { shifted } from "./series_brush.js";

const PAUSE_MS = 700;
/** A period moves on by about a quarter of itself, in whole steps. */
const PART = 4;

/**
 * Who wants less motion gets one step a press.
 *
 * @param {Object} listener
 * @param {(busiest: {from, to}) => Promise} listener.onStart before the first step: the period of this length with the
 *   most reports; it goes on once that is settled
 * @param {(period: {from, to}) => void} listener.onStep
 * @param {() => void} listener.onEnd something else was chosen; a pause is not an end
 */
export function createPlayer({ strip, onStart, onStep, onEnd }) {
  const button = byId("play");
  const isStill = matchMedia("(prefers-reduced-motion: reduce)");
  let isStarted = false;
  let isPlaying = false;
  let timer = null;
  let words = null;
  let now = null;

  function say() {
    button.textContent = isPlaying ? "❚❚" : "▶";
    button.title = isStill.matches ? words.step : isPlaying ? words.pause : words.play;
    button.setAttribute("aria-label", button.title);
  }

  function pause() {
    clearTimeout(timer);
    isPlaying = false;
    say();
  }

  async function start() {
    isPlaying = true;
    say();
    if (!isStarted) await onStart(busiest(strip.steps, chosen().length));
    isStarted = true;
    if (!isPlaying) return;
    step();
    if (isStill.matches) pause();
  }

  function chosen() {
    const first = strip.steps.findIndex(({ to }) => to >= now.from);
    const last = strip.steps.findLastIndex(({ from }) => from <= now.to);
    return { first, last, length: last - first + 1 };
  }

  /* From the end it begins anew, but only if it is told to. */
  function step(isTold = true) {
    const { steps } = strip;
    const { first, last, length } = chosen();
    const isAtEnd = last >= steps.length - 1;
    if (isAtEnd && !isTold) return pause();
    const next = isAtEnd ? { first: 0, last: length - 1 } : shifted("window", { first, last }, Math.ceil(length / PART), steps.length);
    onStep({ from: steps[next.first].from, to: steps[next.last].to });
  }

  button.addEventListener("click", () => {
    if (isPlaying) pause();
    else if (strip.steps.length) start();
  });

  return {
    /** Something else was chosen. */
    stop() {
      if (isPlaying) pause();
      if (isStarted) onEnd();
      isStarted = false;
    },
    /** The map shows what was asked: go on after a moment. */
    arrived() {
      if (!isPlaying) return;
      clearTimeout(timer);
      timer = setTimeout(step, PAUSE_MS, false);
    },
    show(state, speech) {
      now = state;
      words = speech.words;
      say();
    },
  };
}

/** So many steps in a row that have the most reports together. */
function busiest(steps, length) {
  const sums = [0];
  for (const { count } of steps) sums.push(sums.at(-1) + (count ?? 0));
  const sumFrom = (first) => sums[first + length] - sums[first];
  const firsts = Array.from({ length: steps.length - length + 1 }, (_, first) => first);
  const best = firsts.reduce((one, other) => (sumFrom(other) > sumFrom(one) ? other : one), 0);
  return { from: steps[best].from, to: steps[best + length - 1].to };
}
