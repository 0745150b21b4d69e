// A small series: a bar a month; the highest tells its count.

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, GAP, ABOVE, BELOW] = [272, 48, 2, 14, 16];

/** @param months `[{label, count, told, text}]`, oldest first; told is the count as it is read @param title what they are, for who can't see them */
export function monthBars(months, title) {
  const most = Math.max(1, ...months.map(({ count }) => count));
  const step = WIDTH / months.length;
  const picture = node("svg", { viewBox: `0 ${-ABOVE} ${WIDTH} ${ABOVE + HEIGHT + BELOW}`, role: "img", class: "month-bars", "aria-label": `${title}: ${months.map(({ text }) => text).join("; ")}` });
  months.forEach(({ label, count, told, text }, index) => {
    const height = (HEIGHT * count) / most;
    const bar = node("rect", { x: index * step, y: HEIGHT - height, width: step - GAP, height });
    bar.append(node("title", {}, text));
    picture.append(bar);
    const middle = index * step + (step - GAP) / 2;
    if (count === most) picture.append(node("text", { x: middle, y: -4 }, told));
    if (label) picture.append(node("text", { x: middle, y: HEIGHT + 13 }, label));
  });
  return picture;
}

function node(tag, attributes, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(text);
  return element;
}
