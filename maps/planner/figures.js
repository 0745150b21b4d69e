// The figures of wards: how each is found in an answer of /v1/wards/ranking, written, and put in order.

import { PALETTE } from "./palette.js";

/** A share or a median of fewer says little: it is shown, but pale, and ranks after the others. */
export const FEW = PALETTE.pale.fewer_than;

/** `of` says what a figure is made from: all reports, or the answered ones; `first` which end comes up first when it is chosen. */
export const FIGURES = [
  { name: "received", kind: "count", of: "reports", first: "-" },
  { name: "change", kind: "difference", of: "reports", first: "-" },
  { name: "overdue", kind: "count", of: "reports", first: "-" },
  { name: "on_time_share", kind: "share", of: "answers", first: "" },
  { name: "answer_hours", kind: "hours", of: "answers", first: "-" },
  { name: "satisfied_share", kind: "share", of: "answers", first: "" },
  { name: "evidence_share", kind: "share", of: "answers", first: "" },
];
export const USUAL_SORT = "-received";

/** A sort of the address as its figure and direction; the usual one if it names none that there is. */
export function sortOf(text) {
  const name = (text ?? "").replace(/^-/, "");
  const figure = FIGURES.find((one) => one.name === name);
  return figure ? { figure, isDescending: text.startsWith("-") } : sortOf(USUAL_SORT);
}

export const sortText = ({ figure, isDescending }) => (isDescending ? "-" : "") + figure.name;
export const turned = (sort) => ({ ...sort, isDescending: !sort.isDescending });

/** What the service can sort by: it does not know the change. */
export const serviceSort = (sort) => (sort.figure.name === "change" ? USUAL_SORT : sortText(sort));

/** A ward's (or the city's, or the median ward's) value; null where nothing is known or told. */
export function valueOf(row, { name }) {
  if (name !== "change") return row[name];
  return row.received === null || row.previous.received === null ? null : row.received - row.previous.received;
}

export const isThin = (row, { of }) => of === "answers" && row.answered !== null && row.answered < FEW;

/** Sorted by a figure; after it the thin ones, then those without a value; equal ones by code. */
export function inOrder(rows, { figure, isDescending }) {
  const sign = isDescending ? -1 : 1;
  const group = (row) => (valueOf(row, figure) === null ? 2 : Number(isThin(row, figure)));
  return rows.toSorted(
    (one, other) =>
      group(one) - group(other) || sign * (valueOf(one, figure) - valueOf(other, figure)) || one.code.localeCompare(other.code),
  );
}

/** How many wards have more of it, plus one, of how many; null if the ward has no value to compare, or has none at all of what is counted. */
export function placeOf(row, rows, figure) {
  const isCompared = (one) => valueOf(one, figure) !== null && !isThin(one, figure);
  if (!isCompared(row) || (figure.kind === "count" && !valueOf(row, figure))) return null;
  const compared = rows.filter(isCompared);
  return { place: 1 + compared.filter((one) => valueOf(one, figure) > valueOf(row, figure)).length, of: compared.length };
}

/** A value as it is read: 1.234, +12, 81 %, 17 or 1,8 hours; a dash for none. */
export function written(value, { kind }, { number, roughly, share }) {
  if (value === null) return "–";
  if (kind === "share") return share(value);
  if (kind === "hours") return value < 10 ? roughly(value) : number(Math.round(value));
  if (kind === "difference" && value !== 0) return `${value > 0 ? "+" : "−"}${number(Math.abs(value))}`;
  return number(value);
}

/** Lower case without Vietnamese marks: "Hoàn Kiếm" and "hoan kiem" are the same to who searches. */
export const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
