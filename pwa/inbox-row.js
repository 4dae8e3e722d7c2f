// The rows of the inbox: which one is current, and which ones somebody works on.

/** @type {Found | null} */
let current = null; // the row that had the focus last

document.addEventListener("focusin", (event) => (current = event.target.closest?.("[data-row]") ?? current));

export const allRows = () => [...document.querySelectorAll("[data-row]")];
/** @param {Found} row */
export const linkOf = (row) => row.querySelector(".who a");
/** @type {(row: Found) => Found | null} */
export const detailOf = (row) => row.querySelector(".detail");
export const currentRow = () => (current?.isConnected ? current : null);

// Somebody works on the row: it has the focus, or is open. Nothing may move or change it.
/** @param {Found} row */
export const isInUse = (row) =>
  row.contains(document.activeElement) || row.querySelector(".detail, details[open]") !== null;

/** @param {Found} row */
export function close(row) {
  detailOf(row)?.remove();
  linkOf(row).setAttribute("aria-expanded", "false");
}
