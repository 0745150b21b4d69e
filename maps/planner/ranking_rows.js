// The rows and heads of the ranking table.

import { make } from "./elements.js";
import { FIGURES, isThin, sortText, turned, valueOf, written } from "./figures.js";

/** The row of heads: each figure's sorts by it, and the other way round when it does already. */
export function headRow(sort, words, onSort) {
  const heads = FIGURES.map((figure) => {
    const isSorted = figure === sort.figure;
    const button = make("button", { type: "button", textContent: words.figures[figure.name], title: words.explained[figure.name] });
    button.onclick = () => onSort(isSorted ? sortText(turned(sort)) : figure.first + figure.name);
    const head = make("th", { scope: "col", className: widthOf(sort, figure) }, button);
    if (isSorted) head.setAttribute("aria-sort", sort.isDescending ? "descending" : "ascending");
    return head;
  });
  const place = make("th", { scope: "col", className: "place" }, make("span", { className: "visually-hidden", textContent: words.place }));
  return make("tr", {}, place, make("th", { scope: "col", textContent: words.ward }), ...heads);
}

/** A ward's row; `onOpen` and `onPoint` are told its code, `onPoint` null when it is left. */
export function wardRow(ward, place, sort, speech, { onOpen, onPoint }) {
  const name = make("button", { type: "button", textContent: speech.shortNameOf(ward), title: speech.nameOf(ward) });
  const cells = FIGURES.map((figure) => {
    const thin = isThin(ward, figure) ? "thin" : "";
    const cell = make("td", { textContent: written(valueOf(ward, figure), figure, speech), className: `${widthOf(sort, figure)} ${thin}` });
    cell.dataset.figure = figure.name;
    return cell;
  });
  const row = make("tr", {}, make("td", { className: "place", textContent: speech.number(place) }), make("th", { scope: "row" }, name), ...cells);
  row.dataset.code = ward.code;
  row.onclick = () => onOpen(ward.code);
  row.onmouseenter = () => onPoint(ward.code);
  name.onfocus = () => onPoint(ward.code);
  row.onmouseleave = name.onblur = () => onPoint(null);
  return row;
}

/* A narrow table has two figures: the reports, and what it is sorted by, or else the change. */
function widthOf({ figure: sorted }, { name }) {
  const beside = sorted.name === "received" ? "change" : sorted.name;
  return name === "received" || name === beside ? "" : "wide-only";
}
