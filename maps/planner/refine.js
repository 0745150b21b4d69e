// Which reports are looked at beside kind and period: status, channel, overdue; and the day of the boundaries.

import { byId, make } from "./elements.js";
import { CHANNELS, STATUSES } from "./state.js";

/** @param boundaries those of /v1/extent are offered */
export function createRefine({ boundaries, onChange }) {
  const status = manyOf("status", STATUSES, onChange);
  const channel = manyOf("channel", CHANNELS, onChange);
  const overdue = byId("overdue");
  const at = byId("at");
  overdue.onchange = () => onChange({ overdue: overdue.checked });
  at.onchange = () => onChange({ at: at.value || null });
  const days = boundaries.map(({ valid_from: day }) => day).toSorted().reverse();

  return {
    show(now, speech, { caller }) {
      const { words, date } = speech;
      status.show(now.status, words.statuses, words.all);
      channel.show(now.channel, words.channels, words.all);
      overdue.checked = now.overdue;
      // The public is told of whole months, whatever became of the reports and however they came.
      for (const id of ["status", "channel", "overdue"]) byId(id).closest("details, label").hidden = !caller.sees.small_counts;
      const offered = days.map((day) => ({ value: day, text: words.sinceDay({ date: date(day) }) }));
      if (now.at && !days.includes(now.at)) offered.push({ value: now.at, text: date(now.at) });
      at.replaceChildren(
        make("option", { value: "", textContent: words.lastDay, selected: !now.at }),
        ...offered.map(({ value, text }) => make("option", { value, textContent: text, selected: value === now.at })),
      );
    },
  };
}

/* A list of check boxes behind its summary: none checked means all. */
function manyOf(name, values, onChange) {
  const details = byId(name);
  const inputs = values.map((value) => make("input", { type: "checkbox", value }));
  const texts = values.map(() => make("span"));
  const chosen = () => inputs.filter(({ checked }) => checked).map(({ value }) => value);
  details.querySelector("div").append(...inputs.map((input, index) => make("label", {}, input, texts[index])));
  details.addEventListener("change", () => onChange({ [name]: chosen() }));
  return {
    show(now, words, all) {
      inputs.forEach((input, index) => {
        input.checked = now.includes(input.value);
        texts[index].textContent = words[input.value];
      });
      details.querySelector("b").textContent = now.map((value) => words[value]).join(", ") || all;
    },
  };
}
