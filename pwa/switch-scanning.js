// Scanning with one switch: highlight the controls of a page one after the other, answers first. Space, Enter or a
// touch anywhere activates the highlighted one. Pages load this script if scanning is on in Settings.

const STEP = Number(document.body.dataset.scan) * 1000; // ms
const FIRST = 1.5; // times as long for the first control
const ROUNDS = 3; // then scanning rests until the next press
/** @type {Found[]} */
let controls = [];
let index = 0;
let rounds = 0;
let timer = 0;

document.addEventListener("page-changed", restart);
document.addEventListener("page-updated", update);
document.addEventListener("keydown", onKey, true);
document.addEventListener("click", onTouch, true);
addEventListener("load", restart);

function restart() {
  controls = controlsInOrder();
  [index, rounds] = [-1, 0];
  step();
}

export function controlsInOrder() {
  const all = document.querySelectorAll("main :is(a[href], button, summary, input, select), header a[href]");
  const usable = [...all].filter((item) => item.checkVisibility() && item.type !== "hidden" && !item.disabled);
  /** @param {Found} item */
  const group = (item) => (item.closest("main") ? 0 : 1); // the link to Home comes last
  return usable.sort((one, other) => group(one) - group(other));
}

// Scan the controls that appear later on the same page too. The highlighted one stays.
function update() {
  controls = controlsInOrder();
  index = controls.indexOf(document.querySelector(".lit"));
  if (index < 0) restart();
}

function step() {
  clearTimeout(timer);
  index += 1;
  if (index === controls.length) [index, rounds] = [0, rounds + 1];
  highlight(rounds < ROUNDS ? controls[index] : null);
  if (rounds < ROUNDS) timer = setTimeout(step, index ? STEP : STEP * FIRST);
}

/** @param {Found | null} item */
function highlight(item) {
  for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
  item?.classList.add("lit");
  item?.scrollIntoView({ block: "nearest" });
}

function activate() {
  const item = document.querySelector(".lit");
  if (!item?.checkVisibility()) return restart();
  clearTimeout(timer);
  if (item.matches("input:not([type=checkbox], [type=radio]), select")) return item.focus();
  const page = document.querySelector("h1");
  item.click();
  setTimeout(() => document.querySelector("h1") === page && restart(), STEP); // if the page is still the same
}

// In a field, keys type. A key that repeats while it is held down is one press.
/** @param {On<KeyboardEvent>} event */
function onKey(event) {
  if (![" ", "Enter"].includes(event.key) || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!event.repeat) activate();
}

/** @param {On<MouseEvent>} event */
function onTouch(event) {
  if (!event.isTrusted || event.target.closest("input, select, textarea, label")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  activate();
}
