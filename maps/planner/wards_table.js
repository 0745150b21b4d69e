// The ranking: a table of wards that can be sorted, searched with accents and without, and read beside the map.

import { make } from "./elements.js";
import { FEW, FIGURES, folded, inOrder, serviceSort, sortOf, sortText, turned } from "./figures.js";
import { headRow, wardRow } from "./ranking_rows.js";
import { save } from "./save.js";
import { troubleInWords } from "./trouble_words.js";
import { wardWords } from "./ward_words.js";

/** `onChange` makes a step in the browser's history, `onAdjust` none; `onHover` is told a ward's code or null. */
export function createWardsTable({ mount, onChange, onAdjust, onHover }) {
  const button = (className, onclick) => make("button", { type: "button", className, onclick });
  const title = make("h2", { id: "wards-title" });
  const csv = button("csv");
  const widen = button("widen", () => setWide(!mount.classList.contains("wide")));
  const find = make("input", { type: "search", id: "find-ward", autocomplete: "off", oninput: () => onAdjust({ find: find.value }) });
  const sorting = make("select", { onchange: () => onChange({ sort: sorting.value }) });
  const turn = button("turn");
  const found = make("p", { className: "visually-hidden", role: "status" });
  const kept = make("p", { className: "error", role: "alert" });
  const [caption, thead, tbody] = ["caption", "thead", "tbody"].map((tag) => make(tag));
  const table = make("table", { id: "ranking", hidden: true }, caption, thead, tbody);
  const notes = make("div", { className: "notes quiet" });
  const head = make("div", { className: "wards-head" }, title, csv, widen);
  mount.replaceChildren(head, find, make("div", { className: "sorting" }, sorting, turn), kept, found, table, notes);
  mount.setAttribute("aria-labelledby", title.id);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, select, textarea, dialog")) return;
    event.preventDefault();
    find.focus();
  });
  let words = null;
  let drawn = [];

  function setWide(isWide) {
    mount.classList.toggle("wide", isWide);
    widen.textContent = isWide ? words.narrow : words.widen;
    widen.setAttribute("aria-expanded", String(isWide));
  }

  function say(sort) {
    title.textContent = words.title;
    csv.textContent = "CSV";
    csv.setAttribute("aria-label", words.csv);
    find.placeholder = words.find;
    find.setAttribute("aria-label", words.find);
    sorting.setAttribute("aria-label", words.sortBy);
    setWide(mount.classList.contains("wide"));
    const option = ({ name, first }) =>
      name === sort.figure.name
        ? make("option", { value: sortText(sort), textContent: words.figures[name], selected: true })
        : make("option", { value: first + name, textContent: words.figures[name] });
    sorting.replaceChildren(...FIGURES.map(option));
    turn.textContent = words.turned[sort.isDescending ? "-" : ""];
    turn.onclick = () => onChange({ sort: sortText(turned(sort)) });
  }

  function fill({ ranking, question }, now, sort, speech) {
    csv.onclick = () => keep(ranking, question, sort, speech);
    const focused = thead.contains(document.activeElement) ? document.activeElement.closest("th").cellIndex : null;
    thead.replaceChildren(headRow(sort, words, (text) => onChange({ sort: text })));
    thead.rows[0].cells[focused]?.querySelector("button").focus();
    const wanted = folded(now.find);
    const hears = { onOpen: (unit) => onChange({ unit, cell: null, report: null }), onPoint: onHover };
    const rows = inOrder(ranking.wards, sort).map((ward, index) => ({ ward, place: index + 1 }));
    const left = rows.filter(({ ward }) => folded(`${ward.name} ${ward.name_en}`).includes(wanted));
    tbody.replaceChildren(...left.map(({ ward, place }) => wardRow(ward, place, sort, speech, hears)));
    found.textContent = words.found({ n: speech.number(left.length) });
    table.hidden = !left.length;
    notes.replaceChildren(...(left.length ? explanations(ranking, now) : nothingFound(now)));
  }

  async function keep({ period: { from, to } }, question, sort, speech) {
    kept.textContent = "";
    try {
      await save("/v1/wards/ranking", { ...question, sort: serviceSort(sort), format: "csv" }, `hien-truong-wards-${from}-${to}.csv`);
    } catch (error) {
      kept.textContent = `${words.notKept}: ${troubleInWords(error, speech)}`;
    }
  }

  function explanations({ least_people: people }, { status, channel, overdue }) {
    const lines = [words.thin({ n: FEW })];
    if (!people) lines.unshift(words.unmeasured);
    if (status.length || channel.length || overdue) lines.push(words.allKinds);
    return lines.map((textContent) => make("p", { textContent }));
  }

  function nothingFound({ find: text }) {
    const clear = make("button", { type: "button", textContent: words.clear, onclick: () => onAdjust({ find: "" }) });
    return [make("p", { textContent: words.noneFound({ find: text }) }), clear];
  }

  function refuse(failure, caller, speech) {
    table.hidden = true;
    const text = caller.sees.small_counts ? `${words.failed}. ${troubleInWords(failure, speech)}` : words.monthsOnly;
    notes.replaceChildren(make("p", { className: "error", role: "alert", textContent: text }));
  }

  return {
    show(shown, now, speech, { categories, caller }) {
      const { ranking, failure } = shown;
      const view = [ranking, failure, now.sort, now.find, now.lang, String([now.status, now.channel, now.overdue])];
      if (view.some((part, index) => part !== drawn[index])) {
        drawn = view;
        words = wardWords(speech);
        const sort = sortOf(now.sort);
        say(sort);
        csv.hidden = !ranking || Boolean(failure);
        if (find.value !== now.find) find.value = now.find;
        if (failure) refuse(failure, caller, speech);
        else if (ranking) {
          caption.textContent = captionOf(ranking, categories, words, speech);
          fill(shown, now, sort, speech);
        } else notes.replaceChildren(words.loading);
      }
      for (const row of tbody.rows) row.ariaCurrent = row.dataset.code === now.unit ? "true" : null;
    },
    highlight(code) {
      for (const row of tbody.rows) row.classList.toggle("pointed", row.dataset.code === code);
    },
  };
}

function captionOf({ period, category: code, boundaries_at: day, least_people: people }, categories, words, speech) {
  const category = categories.find((one) => one.code === code);
  const caption = words.caption({ category: category ? speech.nameOf(category) : words.everything, period: speech.period(period), date: speech.date(day) });
  return people ? `${caption}. ${words.hidden({ people })}` : caption;
}
