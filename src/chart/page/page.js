// Makes the chart of this page answer: cards, keys, zoom, copies. It needs no network; what it knows
// of a system stands in the table of the page, one row for each point.
"use strict";

const find = (id) => document.getElementById(id);
const figure = find("figure"), stage = find("stage"), card = find("card"), rows = find("rows");
const svg = stage.querySelector("svg");
const numbers = (name) => svg.dataset[name].split(" ").map(Number);
const [left, top_, right, bottom] = numbers("plot");
const domain = { x: numbers("x"), y: numbers("y"), log: svg.dataset.scale === "log" };
const headings = [...rows.querySelectorAll("thead th")].map((cell) => cell.textContent);

// Everything that moves with the view, with its place in the whole chart.
const placed = (element) => {
  const { e: x, f: y } = element.transform.baseVal.consolidate().matrix;
  return { element, x, y };
};
const points = [...svg.querySelectorAll(".point")].map(placed)
  .sort((a, b) => a.element.dataset.index - b.element.dataset.index);
const tags = [...svg.querySelectorAll(".tag")].map((element) => {
  const [x1, y1, x2, y2] = element.dataset.line?.split(" ").map(Number) ?? [];
  return { ...placed(element), line: x2 === undefined ? null : [{ x: x1, y: y1 }, { x: x2, y: y2 }] };
});
const worlds = [...svg.querySelectorAll(".world")];
const cells = [...rows.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent));
const walk = points.map((_, i) => i).sort((a, b) => points[a].x - points[b].x || points[a].y - points[b].y);
const climb = points.map((_, i) => i).sort((a, b) => points[b].y - points[a].y || points[a].x - points[b].x);

const most = 60;  // times the whole chart
let view = { k: 1, x: 0, y: 0 };
let chosen = -1;

// --- The view ---

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const seen = ({ x, y }) => ({ x: view.k * x + view.x, y: view.k * y + view.y });
const inPlot = ({ x, y }) => x >= left && x <= right && y >= top_ && y <= bottom;

function look(k, x, y) {
  k = clamp(k, 1, most);
  view = { k, x: clamp(x, right * (1 - k), left * (1 - k)), y: clamp(y, bottom * (1 - k), top_ * (1 - k)) };
  draw();
}

/// Zooms by a factor about a place of the drawing, which stays where it is.
function zoom(factor, at = { x: (left + right) / 2, y: (top_ + bottom) / 2 }) {
  const k = clamp(view.k * factor, 1, most), change = k / view.k;
  look(k, at.x - change * (at.x - view.x), at.y - change * (at.y - view.y));
}

function draw() {
  const { k, x, y } = view;
  for (const world of worlds) world.setAttribute("transform", `matrix(${k} 0 0 ${k} ${x} ${y})`);
  for (const item of [...points, ...tags]) {
    item.at = item.line ? alongLine(item) : seen(item);
    item.element.setAttribute("transform", `translate(${item.at.x} ${item.at.y})`);
    item.element.querySelector(".whisker")?.setAttribute("transform", `scale(1 ${k})`);
  }
  drawTicks();
  drawNames();
  if (chosen >= 0) showCard();
  remember();
}

/// Where the label of a straight line goes: with the part of the line that is in view.
function alongLine(item) {
  const at = seen(item), [from, to] = item.line.map(seen);
  const step = { x: to.x - from.x, y: to.y - from.y }, size = Math.hypot(step.x, step.y);
  let first = 0, last = 1;  // of the part in view, as shares of the line
  for (const [axis, low, high] of [["x", left, right], ["y", top_, bottom]]) {
    if (step[axis] === 0) continue;
    const ends = [(low - from[axis]) / step[axis], (high - from[axis]) / step[axis]];
    first = Math.max(first, Math.min(...ends));
    last = Math.min(last, Math.max(...ends));
  }
  if (view.k === 1 || first >= last) return at;
  const share = ((at.x - from.x) * step.x + (at.y - from.y) * step.y) / size ** 2;
  const margin = Math.min((last - first) / 2, 120 / size);
  const moved = clamp(share, first + margin, last - margin);
  return { x: from.x + moved * step.x, y: from.y + moved * step.y };
}

// --- Ticks of a part of the chart: the drawn ones are those of the whole ---

const ticks = svg.querySelector(".ticks");
const closer = ticks.cloneNode(false);
ticks.after(closer);
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const span = ([low, high], from, to, a, b) => [a, b].map((p) => low + ((p - from) / (to - from)) * (high - low));

function dateTicks([low, high]) {
  const step = [1, 3, 6, 12, 24, 60, 120].find((m) => ((high - low) * 12) / m <= 10) ?? 240;
  const found = [];
  for (let month = Math.ceil((low * 12) / step) * step - step; month / 12 <= high + 1; month += step) {
    const day = new Date(Date.UTC(2020, month, 1));
    const value = (day - Date.UTC(2020, 0, 1)) / 864e5 / 365.25;
    const year = day.getUTCFullYear();
    found.push({ value, text: day.getUTCMonth() ? `${months[day.getUTCMonth()]} ${year}` : `${year}` });
  }
  return found;
}

const raised = (n) => [...String(n)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");

const [least, greatest] = /[⁰¹²³⁴-⁹]/.test(ticks.textContent) ? [0.01, 999] : [1e-5, 1e6];  // written plainly

function amountText(value) {
  const size = Math.abs(value);
  if (size === 0 || (size >= least && size <= greatest)) return value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
  const exponent = Math.floor(Math.log10(size) + 1e-9), share = Number((value / 10 ** exponent).toPrecision(3));
  return (share === 1 ? "10" : `${share}×10`) + raised(exponent);
}

function amountTicks([low, high], factor) {
  const found = [], add = (amount, value) => found.push({ value, text: amountText(amount) });
  if (domain.log) {
    const shift = Math.log10(factor), many = high - low > 3, step = Math.ceil((high - low) / 12);
    for (let d = Math.floor(low + shift); d <= high + shift; ++d) {
      for (const m of many ? [1] : [1, 2, 5]) if (d % step === 0) add(m * 10 ** d, d + Math.log10(m) - shift);
    }
  } else {
    const raw = ((high - low) * factor) / 6, decade = 10 ** Math.floor(Math.log10(raw));
    const step = decade * [1, 2, 5, 10].find((m) => m * decade >= raw);
    for (let i = Math.ceil((low * factor) / step); i * step <= high * factor; ++i) add(i * step, (i * step) / factor);
  }
  return found;
}

function drawTicks() {
  const whole = view.k === 1;
  ticks.setAttribute("visibility", whole ? "visible" : "hidden");
  closer.replaceChildren();
  if (whole) return;
  const lineModel = ticks.querySelector("line"), textModel = ticks.querySelector("text");
  const add = (model, attributes, text) => {
    const made = model.cloneNode(false);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text) made.textContent = text;
    closer.append(made);
  };
  const ends = (axis, a, b) => [(a - view[axis]) / view.k, (b - view[axis]) / view.k];
  const xs = span(domain.x, left, right, ...ends("x", left, right));
  for (const { value, text } of dateTicks(xs)) {
    const x = left + ((value - xs[0]) / (xs[1] - xs[0])) * (right - left);
    if (x < left || x > right) continue;
    add(lineModel, { x1: x, x2: x, y1: bottom, y2: bottom + 5 });
    add(textModel, { x, y: bottom + 22, "text-anchor": "middle" }, text);
  }
  const ys = span(domain.y, bottom, top_, ...ends("y", bottom, top_));
  for (const [factor, other] of [[1, false], [Number(svg.dataset.other), true]]) {
    if (!factor) continue;
    for (const { value, text } of amountTicks(ys, factor)) {
      const y = bottom + ((value - ys[0]) / (ys[1] - ys[0])) * (top_ - bottom);
      if (y < top_ || y > bottom) continue;
      add(lineModel, { x1: other ? right : left, x2: other ? right + 5 : right, y1: y, y2: y });
      add(textModel, { x: other ? right + 10 : left - 10, y: y + 4.7, "text-anchor": other ? "start" : "end" }, text);
    }
  }
}

// --- Names of systems for which the whole chart has no room ---

const note = svg.querySelector(".note"), noteOfAll = note?.textContent;
const nameless = points.filter(({ element }) => !element.querySelector("text"));
const boxOf = (item) => {
  const { x, y, width, height } = item.element.getBBox();
  return { x: item.at.x + x, y: item.at.y + y, width, height };
};
const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

function drawNames() {
  for (const { element } of nameless) element.querySelector("text")?.remove();
  const shown = points.filter((item) => inPlot(item.at));
  const named = view.k > 1 && shown.length <= 300 ? addNames(shown) : 0;
  if (!note) return;
  const missing = shown.filter((item) => nameless.includes(item)).length - named;
  note.textContent = view.k === 1 ? noteOfAll : `${missing} of ${shown.length} points in view not labeled`;
}

/// Returns how many have found room.
function addNames(shown) {
  const taken = [...shown, ...tags].map(boxOf);
  let named = 0;
  const model = svg.querySelector(".tag text, .point text") ?? ticks.querySelector("text");
  for (const item of shown.filter((shownItem) => nameless.includes(shownItem))) {
    const text = model.cloneNode(false), { at } = item;
    for (const name of ["transform", "font-weight", "text-anchor"]) text.removeAttribute(name);
    text.textContent = cells[points.indexOf(item)][0];
    const width = 6.9 * text.textContent.length;
    const box = { x: at.x + 7, y: at.y - 8, width, height: 16 };
    if (box.x + width > right || taken.some((other) => meet(box, other))) continue;
    for (const [name, value] of Object.entries({ x: 7, y: 4.7, fill: "currentColor", "font-size": 13 })) text.setAttribute(name, value);
    item.element.append(text);
    taken.push(box);
    ++named;
  }
  return named;
}

// --- The card and the walk from point to point ---

function showCard() {
  const point = points[chosen], at = seen(point);
  card.hidden = !inPlot(at);
  if (card.hidden) return;
  const [name, ...values] = cells[chosen];
  const list = document.createElement("dl");
  values.forEach((value, i) => {
    if (!value) return;
    list.append(Object.assign(document.createElement("dt"), { textContent: headings[i + 1] }));
    list.append(Object.assign(document.createElement("dd"), { textContent: value }));
  });
  card.replaceChildren(Object.assign(document.createElement("strong"), { textContent: name }), list);
  const place = new DOMPoint(at.x, at.y).matrixTransform(svg.getScreenCTM());
  const around = figure.getBoundingClientRect(), size = card.getBoundingClientRect();
  const x = place.x - around.x + 14, y = place.y - around.y - size.height / 2;
  const turned = x + size.width > around.width ? x - size.width - 28 : x;
  card.style.left = `${clamp(turned, 0, Math.max(0, around.width - size.width))}px`;
  card.style.top = `${clamp(y, 0, Math.max(0, around.height - size.height))}px`;
}

function choose(index, focus = false) {
  if (index !== chosen) {
    points[chosen]?.element.classList.remove("on");
    chosen = index;
    points[chosen]?.element.classList.add("on");
  }
  if (chosen < 0) {
    card.hidden = true;
  } else {
    points.forEach(({ element }, i) => element.setAttribute("tabindex", i === chosen ? "0" : "-1"));
    const at = seen(points[chosen]);
    if (focus && !inPlot(at)) {
      look(view.k, view.x + (left + right) / 2 - at.x, view.y + (top_ + bottom) / 2 - at.y);
    }
    showCard();
    if (focus) points[chosen].element.focus({ preventScroll: true });
  }
  remember();
}

const step = (order, by) => choose(order[clamp(chosen < 0 ? 0 : order.indexOf(chosen) + by, 0, order.length - 1)], true);

const keys = {
  ArrowRight: () => step(walk, 1),
  ArrowLeft: () => step(walk, -1),
  ArrowUp: () => step(climb, 1),
  ArrowDown: () => step(climb, -1),
  Home: () => choose(walk[0], true),
  End: () => choose(walk.at(-1), true),
  "+": () => zoom(1.5, chosen < 0 ? undefined : seen(points[chosen])),
  "=": () => keys["+"](),
  "-": () => zoom(1 / 1.5),
  0: () => look(1, 0, 0),
  Enter: () => enlarge(true),
  Escape: () => (chosen < 0 || card.hidden ? enlarge(false) : choose(-1)),
};

addEventListener("keydown", (event) => {
  if (!figure.contains(event.target) && !figure.classList.contains("large")) return;  // the page's own
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
  if (event.target.closest("button") && event.key === "Enter") return;
  event.preventDefault();
  keys[event.key]();
});

points.forEach(({ element }, i) => {
  element.setAttribute("role", "img");
  const facts = cells[i].map((value, j) => value && (j ? `${headings[j]} ${value}` : value));
  element.setAttribute("aria-label", facts.filter(Boolean).join(", "));
  element.setAttribute("tabindex", i === walk[0] ? "0" : "-1");
  element.addEventListener("focus", () => i !== chosen && choose(i));
  element.querySelector("title").remove();  // the card says it
});
svg.setAttribute("role", "group");

// --- The pointer: hover, click to enlarge, drag and wheel to move ---

const placeOf = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());

function nearest(event) {
  const at = placeOf(event);
  let best = -1, least = 14;
  points.forEach((point, i) => {
    const { x, y } = seen(point), distance = Math.hypot(x - at.x, y - at.y);
    if (inPlot({ x, y }) && distance < least) [best, least] = [i, distance];
  });
  return best;
}

let drag = null;
stage.addEventListener("pointerdown", (event) => {
  if (event.button === 0) drag = { from: placeOf(event), view, moved: false, id: event.pointerId };
});
stage.addEventListener("pointermove", (event) => {
  if (!drag) {
    const index = nearest(event);
    if (index >= 0 || document.activeElement !== points[chosen]?.element) choose(index);
    return;
  }
  const at = placeOf(event), x = at.x - drag.from.x, y = at.y - drag.from.y;
  drag.moved ||= Math.hypot(x, y) > 4;
  if (!drag.moved) return;
  stage.setPointerCapture(drag.id);
  stage.classList.add("dragged");
  look(view.k, drag.view.x + x, drag.view.y + y);
});
stage.addEventListener("pointerup", (event) => {
  const click = drag && !drag.moved;
  drag = null;
  stage.classList.remove("dragged");
  if (!click) return;
  const index = nearest(event);
  if (index >= 0) choose(index, true);
  else enlarge(true);
});
stage.addEventListener("pointercancel", () => (drag = null));
stage.addEventListener("pointerleave", () => drag || document.activeElement === points[chosen]?.element || choose(-1));
stage.addEventListener("dblclick", (event) => zoom(2, placeOf(event)));
stage.addEventListener("wheel", (event) => {
  if (!figure.classList.contains("large") && !event.ctrlKey) return;  // the page scrolls
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 400), placeOf(event));
}, { passive: false });

function enlarge(large) {
  figure.classList.toggle("large", large);
  find("enlarge").setAttribute("aria-pressed", large);
  if (chosen >= 0) showCard();
  remember();
}

// --- Copies ---

const say = (text) => (find("status").textContent = text);

function picture() {
  const copy = svg.cloneNode(true);
  copy.querySelector(".on")?.classList.remove("on");
  return new XMLSerializer().serializeToString(copy);
}

async function drawn() {
  const url = URL.createObjectURL(new Blob([picture()], { type: "image/svg+xml" }));
  const image = Object.assign(new Image(), { src: url });
  await image.decode();
  const canvas = document.createElement("canvas"), { width, height } = svg.viewBox.baseVal;
  [canvas.width, canvas.height] = [2 * width, 2 * height];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(url);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/// Copies; where the browser does not let a page copy, saves as a file.
async function hand(kind, blob, copy) {
  try {
    await copy();
    say(`${kind} copied`);
  } catch {
    const url = URL.createObjectURL(blob);
    Object.assign(document.createElement("a"), { href: url, download: `chart.${kind.toLowerCase()}` }).click();
    URL.revokeObjectURL(url);
    say(`${kind} saved`);
  }
}

const handText = (kind, type, text) => hand(kind, new Blob([text], { type }), () => navigator.clipboard.writeText(text));
const buttons = {
  enlarge: () => enlarge(!figure.classList.contains("large")),
  closer: () => zoom(1.5),
  farther: () => zoom(1 / 1.5),
  whole: () => look(1, 0, 0),
  "copy-svg": () => handText("SVG", "image/svg+xml", picture()),
  "copy-csv": () => handText("CSV", "text/csv", find("csv").textContent),
  "copy-png": async () => {
    const blob = await drawn();
    await hand("PNG", blob, () => navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]));
  },
};
for (const [id, press] of Object.entries(buttons)) find(id).addEventListener("click", press);

// --- The view in the address, so that it can be sent to someone ---

let ready = false;

function remember() {
  if (!ready) return;
  const state = new URLSearchParams();
  if (view.k > 1) state.set("view", [view.k, view.x, view.y].map((n) => Number(n.toFixed(3))).join(","));
  if (chosen >= 0) state.set("point", chosen + 1);
  if (figure.classList.contains("large")) state.set("large", 1);
  if (find("data").open) state.set("table", 1);
  history.replaceState(null, "", `#${state}`);
}

function recall() {
  const state = new URLSearchParams(location.hash.slice(1));
  const [k, x, y] = (state.get("view") ?? "1,0,0").split(",").map(Number);
  ready = false;
  if ([k, x, y].every(Number.isFinite)) look(k, x, y);
  const index = Number(state.get("point")) - 1;
  choose(index in points ? index : -1);
  find("data").open = state.has("table");
  enlarge(state.has("large"));
  ready = true;
}

find("data").addEventListener("toggle", remember);
addEventListener("hashchange", recall);
addEventListener("resize", () => chosen >= 0 && showCard());
recall();
