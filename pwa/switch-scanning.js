"use strict";
// One switch: what can be pressed is lit one after the other, answers first; Space, Enter or a touch anywhere presses
// what is lit. Loaded where it is switched on (Settings).

const STEP = Number(document.body.dataset.scan) * 1000; // ms
const FIRST = 1.5; // the first is lit so much longer
const LOOPS = 3; // then it rests until the next press
let items = [];
let at = 0;
let loops = 0;
let timer = 0;

document.addEventListener("arrived", scan);
document.addEventListener("changed", takeIn);
document.addEventListener("keydown", onKey, true);
document.addEventListener("click", onTouch, true);
addEventListener("load", scan);

function scan() {
  items = inTurn();
  [at, loops] = [-1, 0];
  step();
}

function inTurn() {
  const all = document.querySelectorAll("main :is(a[href], button, summary, input, select), header a[href]");
  const shown = [...all].filter((item) => item.checkVisibility() && item.type !== "hidden" && !item.disabled);
  const first = (item) => (item.closest("main") ? 0 : 1); // the way Home comes last
  return shown.sort((one, other) => first(one) - first(other));
}

// Something new on the same page has its turn too; what is lit stays lit.
function takeIn() {
  items = inTurn();
  at = items.indexOf(document.querySelector(".lit"));
  if (at < 0) scan();
}

function step() {
  clearTimeout(timer);
  at += 1;
  if (at === items.length) [at, loops] = [0, loops + 1];
  light(loops < LOOPS ? items[at] : null);
  if (loops < LOOPS) timer = setTimeout(step, at ? STEP : STEP * FIRST);
}

function light(item) {
  for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
  item?.classList.add("lit");
  item?.scrollIntoView({ block: "nearest" });
}

function choose() {
  const item = document.querySelector(".lit");
  if (!item?.checkVisibility()) return scan();
  clearTimeout(timer);
  if (item.matches("input:not([type=checkbox], [type=radio]), select")) return item.focus();
  const page = document.querySelector("h1");
  item.click();
  setTimeout(() => document.querySelector("h1") === page && scan(), STEP); // it led nowhere: from the first again
}

// Who types, types; a key that repeats because it is held down is one press.
function onKey(event) {
  if (![" ", "Enter"].includes(event.key) || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!event.repeat) choose();
}

function onTouch(event) {
  if (!event.isTrusted || event.target.closest("input, select, textarea, label")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  choose();
}
