// What is said on the map when there is nothing to show, each time with a way out: nothing found, too short a period,
// refused, connection lost.

import { Problem } from "./api.js";
import { byId } from "./elements.js";
import { showMessage } from "./message.js";
import { daysBefore } from "./state.js";
import { EMERGING_DAYS } from "./views.js";

const RETRY_AFTER_MS = 3000;
const TWELVE_WEEKS = 84;
let retry = null;

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
  const everything = { category: null, from: extent.first_report, to: extent.last_report, status: [], channel: [], overdue: false, view: null };
  showMessage({
    kind: "empty",
    title: isWholeCity ? words.empty : words.emptyView,
    text: words.emptyHint,
    action: { text: words.showAll, run: () => choose(everything) },
  });
}

/** A refusal is shown with its reason; a lost connection keeps the last view, greyed, and tries again. */
export function showFailure({ words }, error, again) {
  const map = byId("map");
  map.classList.remove("waiting");
  if (error instanceof Problem) {
    showMessage({ kind: "refused", title: words.refused, text: error.message, action: { text: words.retry, run: again } });
    return;
  }
  map.classList.add("stale");
  showMessage({ kind: "lost", title: words.lost });
  clearTimeout(retry);
  retry = setTimeout(again, RETRY_AFTER_MS);
}
