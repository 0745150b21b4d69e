// The drawer of one report: what it says, where it stands, who handles it, and what was answered.

import { latestOnly, Lost, wasDropped } from "./api.js";
import { make } from "./elements.js";
import { toolWords } from "./tool_words.js";
import { troubleInWords } from "./trouble_words.js";

const ANSWERS = ["answered", "rejected"];

export function createReportPanel({ mount, onChange }) {
  const askReport = latestOnly();
  const close = () => onChange({ report: null });
  let asked = null;
  let report = null;
  let failure = null;

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !mount.hidden) close();
  });

  function draw({ report: id }, speech, { categories, extent }) {
    const words = toolWords(speech).reports;
    mount.hidden = !id;
    if (!id) return;
    const button = make("button", { type: "button", className: "close", textContent: "×", ariaLabel: words.close, onclick: close });
    const category = categories.find(({ code }) => code === report?.category);
    mount.replaceChildren(button, make("h2", {}, category ? speech.nameOf(category) : words.title));
    if (failure) mount.append(make("p", { className: "error", role: "alert", textContent: troubleInWords(failure, speech) }));
    if (report) mount.append(...contents(report, words, speech, clockOf(speech, extent.territory)));
  }

  async function load(now, speech, data) {
    if (now.report === asked) return;
    asked = now.report;
    [report, failure] = [null, null];
    if (!asked) return;
    try {
      report = await askReport(`/v1/reports/${asked}`);
    } catch (error) {
      if (wasDropped(error)) return;
      failure = error;
      if (error instanceof Lost) asked = null; // asked again with the next view
    }
    draw(now, speech, data);
  }

  return {
    show(now, speech, data) {
      load(now, speech, data);
      draw(now, speech, data);
    },
  };
}

/** Day and time as they are at the place, whatever the reader's own clock says. */
const clockOf = ({ language }, { time_zone: timeZone }) =>
  new Intl.DateTimeFormat(language === "vi" ? "vi-VN" : "en-GB", {
    ...{ year: "numeric", month: language === "vi" ? "2-digit" : "short", day: "2-digit", hour: "2-digit", minute: "2-digit" },
    timeZone,
  });

function contents(report, words, speech, clock) {
  const when = (moment) => moment && clock.format(new Date(moment));
  const answer = report.history.findLast(({ kind }) => ANSWERS.includes(kind));
  const facts = [
    [words.reported, when(report.reported_at)],
    [words.due, when(report.due_at)],
    [words.answered, report.answered_at && `${when(report.answered_at)}${report.answered_at > report.due_at ? ` (${words.late})` : ""}`],
    [words.unit, report.unit_code && speech.nameOf({ name: report.unit_name, name_en: report.unit_name_en })],
    [words.lead, report.lead],
    [words.said, answer?.text],
  ];
  const list = make("dl");
  for (const [name, value] of facts) if (value) list.append(make("dt", { textContent: name }), make("dd", { textContent: value }));
  const status = make("p", { className: "status" }, make("strong", { textContent: speech.words.statuses[report.status] }));
  status.dataset.status = report.status;
  if (report.overdue) status.append(" · ", make("span", { className: "error", textContent: words.overdue }));
  const said = report.satisfied === null ? [] : [make("p", { textContent: report.satisfied ? words.satisfied : words.dissatisfied })];
  return [status, make("p", { className: "description", textContent: report.description }), list, ...said];
}
