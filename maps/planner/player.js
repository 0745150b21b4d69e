// Plays the chosen period through time: it moves on by a step, waits until the map shows it, and moves on.

import { byId } from "./elements.js";
import { shifted } from "./series_brush.js";

const PAUSE_MS = 700;
/** A period moves on by about a quarter of itself, in whole steps. */
const PART = 4;

/** `onStep` is told the next period. Who wants less motion gets one step a press. */
export function createPlayer({ strip, onStep }) {
  const button = byId("play");
  const isStill = matchMedia("(prefers-reduced-motion: reduce)");
  let timer = null;
  let words = null;
  let now = null;

  const stop = () => {
    clearTimeout(timer);
    timer = null;
    say();
  };

  function say() {
    const text = isStill.matches ? words.step : timer === null ? words.play : words.pause;
    button.textContent = timer === null ? "▶" : "❚❚";
    button.setAttribute("aria-label", text);
    button.title = text;
  }

  function step() {
    const { steps } = strip;
    const first = steps.findIndex(({ to }) => to >= now.from);
    const last = steps.findLastIndex(({ from }) => from <= now.to);
    const length = last - first + 1;
    const isAtEnd = last >= steps.length - 1;
    if (isAtEnd && timer !== null) return stop();
    const next = isAtEnd
      ? { first: 0, last: length - 1 }
      : shifted("window", { first, last }, Math.ceil(length / PART), steps.length);
    onStep({ from: steps[next.first].from, to: steps[next.last].to });
  }

  button.addEventListener("click", () => {
    if (timer !== null) return stop();
    if (!strip.steps.length) return;
    step();
    if (isStill.matches) return;
    timer = setTimeout(step, PAUSE_MS);
    say();
  });

  return {
    stop: () => timer !== null && stop(),
    /** The map shows what was asked: go on after a moment. */
    arrived() {
      if (timer === null) return;
      clearTimeout(timer);
      timer = setTimeout(step, PAUSE_MS);
    },
    show(state, speech) {
      now = state;
      words = speech.words;
      say();
    },
  };
}
