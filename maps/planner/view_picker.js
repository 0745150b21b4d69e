// "Xem": what the map tells, each with a sentence that says what for, and by which measure.

import { byId, make } from "./elements.js";
import { MEASURES, VIEWS } from "./state.js";
import { MEASURES_OF, PUBLIC_VIEWS } from "./views.js";

/** `onChange` is told `{show, measure}`. */
export function createViewPicker({ onChange }) {
  const inputs = VIEWS.map((view) => {
    const input = make("input", { type: "radio", name: "view", value: view, id: `view-${view}`, onchange: () => choose(view) });
    input.setAttribute("aria-describedby", `help-${view}`);
    return input;
  });
  const labels = VIEWS.map((view) => make("label", { htmlFor: `view-${view}` }));
  const helps = VIEWS.map((view) => make("small", { id: `help-${view}` }));
  byId("views").append(...VIEWS.map((_, index) => make("div", { className: "view" }, inputs[index], labels[index], helps[index])));
  const measure = byId("measure");
  measure.onchange = () => onChange({ measure: measure.value });
  let now = null;

  function choose(show) {
    onChange({ show, measure: MEASURES_OF[show].includes(now.measure) ? now.measure : MEASURES_OF[show][0] });
  }

  return {
    show(state, { words }, { caller, extent }) {
      now = state;
      const isPublic = !caller.sees.small_counts;
      VIEWS.forEach((view, index) => {
        const isLocked = isPublic && !PUBLIC_VIEWS.includes(view);
        inputs[index].checked = view === now.show;
        inputs[index].disabled = isLocked;
        labels[index].textContent = words.shows[view];
        helps[index].textContent = isLocked ? words.needsKey : words.helps[view];
      });
      const offered = MEASURES.filter((one) => MEASURES_OF[now.show].includes(one) && extent.measures.includes(one));
      measure.replaceChildren(...offered.map((one) => option(one, now, words)));
      measure.disabled = offered.length < 2;
    },
  };
}

function option(measure, now, words) {
  const isLocked = measure === "share" && !now.category;
  return make("option", {
    value: measure,
    selected: measure === now.measure,
    disabled: isLocked,
    textContent: isLocked ? `${words.measures[measure]} (${words.needsCategory})` : words.measures[measure],
  });
}
