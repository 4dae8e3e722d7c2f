// Keyboard shortcuts of the inbox. Staff can switch them off in the help of the inbox.
import { allRows, close, currentRow, detailOf, linkOf } from "./inbox-row.js";

const help = document.getElementById("keys-help");
const checkbox = document.getElementById("keys-on");
const button = document.getElementById("keys");
/** @type {string | null} */
let fieldToFocus = null; // in a row that is being opened

document.addEventListener("keydown", onKey);
document.addEventListener("row-opened", ({ target: row }) => {
  if (fieldToFocus) focusField(row, fieldToFocus);
  fieldToFocus = null;
});
button.hidden = false;
button.onclick = showHelp;
document.getElementById("keys-close").onclick = () => help.close();
checkbox.checked = areOn();
checkbox.onchange = () => localStorage.setItem("inbox-keys", checkbox.checked ? "on" : "off");

function areOn() {
  return localStorage.getItem("inbox-keys") !== "off";
}

/** @param {On<KeyboardEvent>} event */
function onKey(event) {
  if (!areOn() || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.target.closest?.("textarea, select, input:not([type=radio], [type=checkbox])")) return;
  const action = { j: () => step(1), k: () => step(-1), "?": showHelp, u: undo }[event.key];
  const field = { a: "[data-act=a] input[type=radio]", e: "[data-act=e] select", s: "[data-act=s] select" }[event.key];
  if (action || field) event.preventDefault();
  if (action) action();
  else if (field) openAt(field);
  else if (event.key === "Escape") closeCurrent();
}

/** @param {number} by */
function step(by) {
  const rows = allRows();
  const current = currentRow();
  const next = rows[current ? rows.indexOf(current) + by : 0];
  if (next) linkOf(next).focus();
}

/** @param {string} field */
function openAt(field) {
  const row = currentRow() ?? allRows()[0];
  if (!row) return;
  if (detailOf(row)) return focusField(row, field);
  const link = linkOf(row);
  if (!link.matches("[data-open]")) return;
  fieldToFocus = field;
  link.click();
}

/** @type {(row: Found, selector: string) => void} */
function focusField(row, selector) {
  const field = detailOf(row)?.querySelector(selector);
  const folded = field?.closest("details");
  if (folded) folded.open = true;
  field?.focus();
}

function closeCurrent() {
  const row = currentRow();
  if (!row || !detailOf(row)) return;
  close(row);
  linkOf(row).focus();
}

function undo() {
  const undoButton = currentRow()?.querySelector("[data-undo]") ?? document.querySelector(".did [data-undo]");
  undoButton?.click();
}

function showHelp() {
  help.showModal();
}
