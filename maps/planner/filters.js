// The header: kind of report, period, language.

import { byId, choices } from "./elements.js";
import { daysBefore } from "./state.js";

const PRESET_DAYS = [7, 30, 90];
const USUAL_DAYS = 30;
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
    show(state, spoken, { hexes, question, caller }) {
      speech = spoken;
      const { words } = speech;
      const kinds = categories.map((category) => ({ value: category.code, text: speech.nameOf(category) }));
      choices(byId("categories"), [{ value: null, text: words.allCategories }, ...kinds], state.category, (category) => onChange({ category }));
      byId("categories").setAttribute("aria-label", words.categories);

      const languages = Object.entries(LANGUAGE_NAMES).map(([code, label]) => ({ value: code, text: code.toUpperCase(), label }));
      choices(byId("languages"), languages, state.lang, (lang) => onChange({ lang }));
      byId("languages").setAttribute("aria-label", words.language);

      byId("period-now").textContent = speech.shortPeriod(answeredPeriod(state, hexes, question, caller));
      [from.value, to.value, error.textContent] = [state.from, state.to, ""];
      const options = presets(extent, caller, speech).map(({ text, ...value }) => ({ value, text }));
      const chosen = options.find(({ value }) => value.from === state.from && value.to === state.to)?.value;
      choices(byId("presets"), options, chosen, (value) => {
        period.open = false;
        summary.focus();
        onChange(value);
      });
    },
  };
}

/** What is shown if the address says nothing: the last days; the public is told of months that are over, and has the last of them. */
export function usualPeriod({ last_report: last }, caller, today) {
  if (caller.sees.small_counts) return { from: daysBefore(last, USUAL_DAYS - 1), to: last };
  const lastDay = daysBefore(`${today.slice(0, 7)}-01`, 1);
  return monthOf(last < lastDay ? last : lastDay);
}

/* The public is answered for the whole months in what was asked: the header says what the map shows. */
function answeredPeriod({ from, to }, hexes, question, caller) {
  const isAnswered = question?.from === from && question.to === to;
  return isAnswered && !caller.sees.small_counts ? hexes.period : { from, to };
}

/* Months and years by their names, so that they say what they are whenever the last report came in. */
function presets({ first_report: first, last_report: last }, caller, { words, month, year }) {
  const before = monthOf(daysBefore(`${last.slice(0, 7)}-01`, 1));
  const monthBefore = { text: capital(month(before.from)), ...before };
  const longer = [
    { text: words.ofYear(year(last)), from: `${last.slice(0, 4)}-01-01`, to: last },
    { text: words.wholeTime, from: first, to: last },
  ];
  const lastYear = { text: words.lastYear, from: daysBefore(last, 364), to: last };
  if (!caller.sees.small_counts) return [monthBefore, lastYear, ...longer];
  return [
    ...PRESET_DAYS.map((days) => ({ text: words.lastDays(days), from: daysBefore(last, days - 1), to: last })),
    lastYear,
    { text: capital(month(last)), from: `${last.slice(0, 7)}-01`, to: last },
    monthBefore,
    ...longer,
  ];
}

/* The month that a day is in. */
function monthOf(day) {
  const last = new Date(`${day.slice(0, 7)}-01`);
  last.setUTCMonth(last.getUTCMonth() + 1, 0);
  return { from: `${day.slice(0, 7)}-01`, to: last.toISOString().slice(0, 10) };
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
