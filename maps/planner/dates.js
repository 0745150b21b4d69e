// How each language writes days and periods; maps/words.py does the same in files.

const LOCALES = { vi: "vi-VN", en: "en-GB" };

/** Gives month, year, date, period and shortPeriod of a language: functions of days as YYYY-MM-DD, and of `{from, to}`. */
export function datesIn(language) {
  const locale = LOCALES[language];
  const monthAndYear = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" });
  const [long, short] = ["long", "short"].map((month) => new Intl.DateTimeFormat(locale, { month, timeZone: "UTC" }));
  const slashed = (parts) => parts.join("/");
  const named = (months) => ([day, month, year]) => [Number(day), ...(month ? [months.format(new Date(`2000-${month}-01`))] : []), ...(year ? [year] : [])].join(" ");
  const [write, writeShort] = language === "vi" ? [slashed, slashed] : [named(long), named(short)];
  return {
    month: (day) => monthAndYear.format(new Date(day)),
    year: (day) => new Date(day).getUTCFullYear(),
    date: (day) => write(partsOf(day)),
    /** A month or a year that is the same only once: 01–31/10/2026. */
    period: (period) => periodIn(period, write),
    /** With months cut short, where there is little room. */
    shortPeriod: (period) => periodIn(period, writeShort),
  };
}

/* Day, month and year. */
const partsOf = (day) => new Date(day).toISOString().slice(0, 10).split("-").reverse();

function periodIn({ from, to }, write) {
  const [first, last] = [partsOf(from), partsOf(to)];
  if (String(first) === String(last)) return write(last);
  const isSameYear = first[2] === last[2];
  const isSameMonth = isSameYear && first[1] === last[1];
  const begin = write(first.slice(0, isSameMonth ? 1 : isSameYear ? 2 : 3));
  return `${begin}${isSameMonth ? "–" : " – "}${write(last)}`;
}
