// What is said on the map when there is nothing to show, each time with a way out: nothing found, too short a period,
// refused, connection lost.

import { byId } from "./elements.js";
import { showMessage } from "./message.js";
import { daysBefore } from "./state.js";
import { isWrongQuestion, troubleInWords } from "./trouble_words.js";
import { EMERGING_DAYS } from "./views.js";

const RETRY_AFTER_MS = 3000;
const TWELVE_WEEKS = 84;
let retry = null;

/** What leaves out no report. */
const everything = (extent) => ({ category: null, from: extent.first_report, to: extent.last_report, status: [], channel: [], overdue: false, view: null });

/** A trend takes ten weeks, whatever the service is asked. */
export const isTooShort = ({ show, from, to }) => show === "emerging" && from > daysBefore(to, EMERGING_DAYS - 1);

/** Say so, and offer twelve weeks. */
export function showTooShort({ words }, { to }, choose) {
  byId("map").classList.remove("waiting");
  showMessage({
    kind: "refused",
    title: words.emergingShort({ days: EMERGING_DAYS }),
    text: words.emergingHint,
    action: { text: words.emergingWiden, run: () => choose({ from: daysBefore(to, TWELVE_WEEKS - 1) }) },
  });
}

/** Nothing was found, in the whole city or in what is in view: offer all there is. */
export function showNothing({ words }, isWholeCity, extent, choose) {
  showMessage({
    kind: "empty",
    title: isWholeCity ? words.empty : words.emptyView,
    text: words.emptyHint,
    action: { text: words.showAll, run: () => choose(everything(extent)) },
  });
}

/** A refusal: what it means, the service's reason where the question was wrong, and a way out. `extent` is null before it is known. */
export function showRefusal(speech, error, extent, { choose, again }) {
  const { words } = speech;
  const isWrong = isWrongQuestion(error);
  byId("map").classList.remove("waiting");
  showMessage({
    kind: "refused",
    title: words.refused,
    text: troubleInWords(error, speech),
    detail: isWrong ? error.message : "",
    action: isWrong && extent ? { text: words.showAll, run: () => choose(everything(extent)) } : { text: words.retry, run: again },
  });
}

/** The last view is kept, greyed, and what was asked is asked again after a while. */
export function showLost({ words }, again) {
  byId("map").classList.remove("waiting");
  byId("map").classList.add("stale");
  const told = byId("lost");
  told.hidden = false;
  if (told.textContent !== words.lost) told.textContent = words.lost;
  clearTimeout(retry);
  retry = setTimeout(again, RETRY_AFTER_MS);
}

export function showBack() {
  byId("map").classList.remove("stale");
  byId("lost").hidden = true;
}
