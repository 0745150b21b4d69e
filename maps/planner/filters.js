// The header: kind of report, period, language.

import { byId, choices } from "./elements.js";
import { daysBefore } from "./state.js";

const PRESET_DAYS = [7, 30, 90];
const LANGUAGE_NAMES = { vi: "Tiếng Việt", en: "English" };

export function createFilters({ categories, extent, onChange }) {
  const [period, from, to, error] = ["period", "from", "to", "period-error"].map(byId);
  const summary = period.querySelector("summary");
  let speech = null;

  const typed = () => {
    if (!from.value || !to.value) return;
    const isWrong = from.value > to.value;
    error.textContent = isWrong ? speech.words.wrongPeriod : "";
    if (!isWrong) onChange({ from: from.value, to: to.value });
  };
  from.addEventListener("change", typed);
  to.addEventListener("change", typed);
  period.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("pointerdown", (event) => {
    if (!period.contains(event.target)) period.open = false;
  });
  period.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !period.open) return;
    event.stopPropagation();
    period.open = false;
    summary.focus();
  });

  return {
    show(state, spoken) {
      speech = spoken;
      const { words } = speech;
      const kinds = categories.map((category) => ({ value: category.code, text: speech.nameOf(category) }));
      choices(byId("categories"), [{ value: null, text: words.allCategories }, ...kinds], state.category, (category) => onChange({ category }));
      byId("categories").setAttribute("aria-label", words.categories);

      const languages = Object.entries(LANGUAGE_NAMES).map(([code, label]) => ({ value: code, text: code.toUpperCase(), label }));
      choices(byId("languages"), languages, state.lang, (lang) => onChange({ lang }));
      byId("languages").setAttribute("aria-label", words.language);

      byId("period-now").textContent = speech.period(state);
      [from.value, to.value, error.textContent] = [state.from, state.to, ""];
      const options = presets(extent, words).map(({ text, ...value }) => ({ value, text }));
      const chosen = options.find(({ value }) => value.from === state.from && value.to === state.to)?.value;
      choices(byId("presets"), options, chosen, (value) => {
        period.open = false;
        summary.focus();
        onChange(value);
      });
    },
  };
}

function presets({ first_report: first, last_report: last }, words) {
  return [
    ...PRESET_DAYS.map((days) => ({ text: words.lastDays(days), from: daysBefore(last, days - 1), to: last })),
    { text: words.lastYear, from: daysBefore(last, 364), to: last },
    { text: words.wholeTime, from: first, to: last },
  ];
}
