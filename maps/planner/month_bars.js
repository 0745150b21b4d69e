// A small series: a bar a month, with the largest and the last named.

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, GAP] = [272, 48, 2];

/** @param months `[{label, count, text}]`, oldest first @param title what they are, for who can't see them */
export function monthBars(months, title) {
  const most = Math.max(1, ...months.map(({ count }) => count));
  const step = WIDTH / months.length;
  const picture = node("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT + 16}`, role: "img", class: "month-bars", "aria-label": `${title}: ${months.map(({ text }) => text).join("; ")}` });
  months.forEach(({ label, count, text }, index) => {
    const height = (HEIGHT * count) / most;
    const bar = node("rect", { x: index * step, y: HEIGHT - height, width: step - GAP, height });
    bar.append(node("title", {}, text));
    picture.append(bar);
    if (label) picture.append(node("text", { x: index * step + (step - GAP) / 2, y: HEIGHT + 13 }, label));
  });
  return picture;
}

function node(tag, attributes, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(text);
  return element;
}
