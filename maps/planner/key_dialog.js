// Who one is here, what that unlocks, and a place for another key or token. It goes to the service and this tab, nowhere else.

import { Problem } from "./api.js";
import { make } from "./elements.js";
import { forgetKey, keepKey, keyHeader, storedKey } from "./key.js";
import { toolWords } from "./tool_words.js";
import { troubleInWords } from "./trouble_words.js";

const SENDABLE = /^[\x21-\x7e]+$/;

export function createKeyDialog({ mount }) {
  const opener = make("button", { type: "button", className: "key-opener", onclick: () => dialog.showModal() });
  const title = make("h2", { id: "key-title" });
  const close = make("button", { type: "button", className: "close", textContent: "×", onclick: () => dialog.close() });
  const role = make("p", { className: "role" });
  const unlocked = make("ul");
  const label = make("label", { htmlFor: "key-text" });
  const input = make("input", { type: "password", id: "key-text", autocomplete: "off", spellcheck: false, required: true });
  const error = make("p", { className: "error", role: "alert" });
  const use = make("button", { type: "submit", className: "primary" });
  const leave = make("button", { type: "button", onclick: () => begin(forgetKey) });
  const form = make("form", {}, label, input, error, make("div", { className: "actions" }, use, leave));
  const kept = make("p", { className: "quiet" });
  const dialog = make("dialog", { className: "key-dialog" }, close, title, role, unlocked, form, kept);
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => Object.assign(input, { value: "" }));
  mount.replaceChildren(opener, dialog);
  let [words, speech] = [null, null];

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = await refusalOf(input.value.trim(), words, speech);
    if (!error.textContent) begin(() => keepKey(input.value.trim()));
  });

  return {
    show(now, spoken, { caller }) {
      speech = spoken;
      words = toolWords(speech).key;
      const name = words.roles[caller.role];
      opener.textContent = caller.role === "public" ? words.enter : name;
      opener.title = words.title;
      title.textContent = words.title;
      close.ariaLabel = words.close;
      role.replaceChildren(words.youAre, " ", make("strong", { textContent: caller.unit ? `${name}, ${speech.nameOf(caller.unit)}` : name }));
      const { small_counts: counts, reports } = caller.sees;
      const lines = [counts ? words.allCounts : words.publicCounts, reports ? (caller.unit ? words.ownReports : words.allReports) : words.noReports];
      unlocked.replaceChildren(...lines.map((textContent) => make("li", { textContent })));
      label.textContent = words.label;
      use.textContent = words.use;
      leave.textContent = words.leave;
      leave.hidden = !storedKey();
      kept.textContent = words.kept;
    },
  };
}

/** Why the service takes no such key; empty if it does. */
async function refusalOf(key, words, speech) {
  if (!SENDABLE.test(key)) return words.refused;
  try {
    const answer = await fetch("/v1/caller", { headers: keyHeader(key) });
    if (answer.ok) return "";
    return answer.status === 401 ? words.refused : troubleInWords(new Problem({ status: answer.status }), speech);
  } catch {
    return words.lost;
  }
}

/* Another role sees another page: everything is asked anew, at the same address. */
function begin(change) {
  change();
  location.reload();
}
