// The strip below the map: reports per day (per month for the public) of 24 months, and the chosen period as a brush on it.

import { byId } from "./elements.js";
import { createBrush } from "./series_brush.js";

const MONTHS = 24;
const BAR = { inside: "#5d4582", outside: "#b7b1c0" };

/** `onChange` is told a period when a brush is let go. */
export function createStrip({ extent, onChange }) {
  const canvas = byId("strip").querySelector("canvas");
  const brush = createBrush({ onPick: onChange, onMove: paint });
  let steps = [];
  new ResizeObserver(() => paint()).observe(byId("strip"));

  /* One bar a step; the chosen ones in the accent's colour. */
  function paint(period = brush.period) {
    const { width, height } = canvas.getBoundingClientRect();
    const density = window.devicePixelRatio || 1;
    Object.assign(canvas, { width: width * density, height: height * density });
    const context = canvas.getContext("2d");
    context.scale(density, density);
    const most = Math.max(...steps.map(({ count }) => count ?? 0), 1);
    const wide = width / steps.length;
    steps.forEach(({ from, to, count }, index) => {
      const tall = ((count ?? 0) / most) * (height - 2);
      context.fillStyle = from <= period.to && to >= period.from ? BAR.inside : BAR.outside;
      context.fillRect(index * wide, height - tall, Math.max(wide - (wide > 4 ? 1 : 0), 0.7), tall);
    });
  }

  return {
    /** What to ask /v1/series for; `show` takes its answer, or `{failure, series: []}` where it was refused. */
    question: () => ({ from: monthsBefore(extent.last_report, MONTHS), to: extent.last_report }),
    get steps() {
      return steps;
    },
    show(now, speech, series) {
      const { words, number } = speech;
      byId("strip").setAttribute("aria-label", words.strip);
      if (!series) return;
      steps = series.series;
      byId("strip").hidden = !steps.length;
      byId("strip-by").textContent = series.failure ? words.stripFailed : words.stripBy[series.by];
      byId("strip-most").textContent = series.failure ? "" : words.most({ n: number(Math.max(...steps.map(({ count }) => count ?? 0), 0)) });
      nameYears(steps, speech);
      brush.show(now, steps, speech);
      paint();
    },
  };
}

/* A mark where a quarter begins. */
function nameYears(steps, { language }) {
  const month = new Intl.DateTimeFormat(language === "vi" ? "vi-VN" : "en-GB", { month: "numeric", year: "numeric", timeZone: "UTC" });
  const marks = steps.flatMap(({ from }, index) => (/-(01|04|07|10)-01$/.test(from) ? [[index, from]] : []));
  byId("strip-years").replaceChildren(
    ...marks.map(([index, from]) => {
      const mark = document.createElement("span");
      mark.textContent = month.format(new Date(from));
      mark.style.left = `${(index / steps.length) * 100}%`;
      return mark;
    }),
  );
}

function monthsBefore(day, months) {
  const date = new Date(day);
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months + 1);
  return date.toISOString().slice(0, 10);
}
