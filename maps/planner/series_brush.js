// The chosen period on the strip: its middle is dragged, its ends are pulled; by pointer, and by keyboard as sliders.

import { byId } from "./elements.js";

const PARTS = { from: "brush-from", window: "brush", to: "brush-to" };
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -30, PageUp: 30, Home: -Infinity, End: Infinity };

/** `onMove` is told the period while it is dragged, `onPick` when it is let go; a period begins and ends with steps. */
export function createBrush({ onPick, onMove }) {
  const strip = byId("strip");
  const elements = Object.fromEntries(Object.entries(PARTS).map(([part, id]) => [part, byId(id)]));
  let steps = [];
  let speech = null;
  let ends = { first: 0, last: 0 };
  let isDragged = false;

  const periodOf = ({ first, last }) => ({ from: steps[first].from, to: steps[last].to });

  function place() {
    const [left, right] = [ends.first / steps.length, (ends.last + 1) / steps.length].map((share) => `${share * 100}%`);
    Object.assign(elements.window.style, { left, width: `calc(${right} - ${left})` });
    elements.from.style.left = left;
    elements.to.style.left = right;
    const values = { from: ends.first, window: ends.first, to: ends.last };
    for (const [part, element] of Object.entries(elements)) {
      const [least, most] = limits(part, ends, steps.length);
      element.setAttribute("aria-label", speech.words.handles[part]);
      element.setAttribute("aria-valuemin", least);
      element.setAttribute("aria-valuemax", most);
      element.setAttribute("aria-valuenow", values[part]);
      element.setAttribute("aria-valuetext", told(part));
    }
  }

  function told(part) {
    const { from, to } = periodOf(ends);
    return part === "window" ? speech.period({ from, to }) : speech.date(part === "from" ? from : to);
  }

  function drag(part, event) {
    if (event.button !== 0 || !steps.length) return;
    event.preventDefault();
    const element = elements[part];
    element.focus();
    element.setPointerCapture(event.pointerId);
    const [startX, start] = [event.clientX, ends];
    const pixels = strip.getBoundingClientRect().width / steps.length;
    isDragged = true;
    const move = ({ clientX }) => {
      ends = shifted(part, start, Math.round((clientX - startX) / pixels), steps.length);
      place();
      onMove(periodOf(ends));
    };
    const drop = () => {
      isDragged = false;
      element.removeEventListener("pointermove", move);
      if (ends !== start) onPick(periodOf(ends));
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("lostpointercapture", drop, { once: true });
  }

  function press(part, event) {
    const by = KEYS[event.key];
    if (by === undefined || !steps.length) return;
    event.preventDefault();
    ends = shifted(part, ends, event.shiftKey ? by * 7 : by, steps.length);
    place();
    onPick(periodOf(ends));
  }

  for (const [part, element] of Object.entries(elements)) {
    element.addEventListener("pointerdown", (event) => drag(part, event));
    element.addEventListener("keydown", (event) => press(part, event));
  }

  return {
    get period() {
      return steps.length ? periodOf(ends) : { from: "", to: "" };
    },
    show({ from, to }, given, spoken) {
      [steps, speech] = [given, spoken];
      if (isDragged || !steps.length) return;
      const first = steps.findIndex((step) => step.to >= from);
      const last = steps.findLastIndex((step) => step.from <= to);
      ends = { first: first < 0 ? steps.length - 1 : Math.min(first, Math.max(last, 0)), last: Math.max(last, 0) };
      place();
    },
  };
}

/** The ends of a period after one of its parts was moved by some steps. */
export function shifted(part, { first, last }, by, count) {
  const [least, most] = limits(part, { first, last }, count);
  const within = (value) => Math.min(Math.max(value, least), most);
  if (part === "from") return { first: within(first + by), last };
  if (part === "to") return { first, last: within(last + by) };
  const moved = within(first + by);
  return { first: moved, last: moved + last - first };
}

function limits(part, { first, last }, count) {
  return { from: [0, last], window: [0, count - 1 - (last - first)], to: [first, count - 1] }[part];
}
