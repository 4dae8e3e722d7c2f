// htmx puts a newer inbox into the page with this (hx-swap="merge"): rows that somebody works on stay as they are and
// where they are. No Python package carries a morphing extension for htmx 2, and morphing would close open rows
// (docs/decisions/0018).
import { allRows, currentRow, isInUse, linkOf } from "./inbox-row.js";

const lists = document.getElementById("lists");
const news = document.getElementById("news");

htmx.defineExtension("inbox", {
  handleSwap: (style, _, page) => style === "merge" && merge(page),
});

// Returns the elements that are new to the page, for htmx. A page without an inbox, such as an error page, changes
// nothing.
/** @param {Found} page */
function merge(page) {
  const newer = page.querySelector("#lists");
  if (!newer) return [];
  lists.dataset.version = newer.dataset.version;
  const anchor = currentRow() ?? allRows().find((row) => row.getBoundingClientRect().bottom > 0);
  const before = anchor?.getBoundingClientRect().top ?? 0;
  const shown = new Set(allRows().map((row) => row.id));
  const inserted = [...lists.querySelectorAll("ul[data-live]")].flatMap((list) => mergeList(list, page));
  for (const section of lists.querySelectorAll("section[id]")) {
    const hidden = page.querySelector(`#${section.id}`)?.hidden ?? section.hidden;
    section.hidden = hidden && !section.querySelector("[data-row]");
  }
  inserted.push(...replaceMore(page));
  for (const part of document.querySelectorAll("[data-live-part]")) replacePart(part, page);
  if (anchor?.isConnected) scrollBy(0, anchor.getBoundingClientRect().top - before);
  announce(inserted.filter((row) => row.matches("[data-row]") && !shown.has(row.id)));
  return inserted;
}

// Make `list` the same as the list of this name in `page`. Returns the rows that it inserted: new ones, and newer ones
// in the place of older ones.
/** @type {(list: Found, page: Found) => Found[]} */
function mergeList(list, page) {
  const wanted = page.querySelector(`#${list.id}`);
  if (!wanted) return [];
  const ids = new Set(childrenOf(wanted).map((row) => row.id));
  for (const row of childrenOf(list)) if (!ids.has(row.id)) removeRow(row);
  /** @type {Found[]} */
  const inserted = [];
  /** @type {Element | null} */
  let place = list.firstElementChild;
  for (const newer of childrenOf(wanted)) {
    let row = document.getElementById(newer.id);
    if (row && row.parentElement !== list && isInUse(row)) continue; // it stays in the other list
    if (!row) {
      inserted.push((row = newer));
    } else if (!isInUse(row) && row.innerHTML !== newer.innerHTML) {
      if (row === place) place = newer;
      row.replaceWith(newer);
      inserted.push((row = newer));
    }
    if (row === place || isInUse(row)) place = row.nextElementSibling;
    else list.insertBefore(row, place);
  }
  return inserted;
}

/** @param {Found} parent */
const childrenOf = (parent) => /** @type {Found[]} */ ([...parent.children]);

// A row that somebody works on stays, with a note that it is gone.
/** @param {Found} row */
function removeRow(row) {
  if (!isInUse(row)) return row.remove();
  if (row.querySelector(".changed")) return;
  const note = document.createElement("p");
  note.className = "changed";
  note.textContent = news.dataset.gone;
  row.append(note);
}

// Replace the link "Show more". It names the rows that have been shown, so it belongs to the rows that came with it.
/** @param {Found} page */
function replaceMore(page) {
  const more = document.getElementById("more");
  const newer = page.querySelector("#more");
  if (!newer) more?.remove();
  else if (more) more.replaceWith(newer);
  else lists.append(newer.closest(".more"));
  return newer ? [newer] : [];
}

/** @type {(part: Found, page: Found) => void} */
function replacePart(part, page) {
  const newer = page.querySelector(`[data-live-part="${part.dataset.livePart}"]`);
  if (!newer || newer.innerHTML === part.innerHTML) return; // what stays the same is not read aloud again
  part.innerHTML = newer.innerHTML;
  part.hidden = newer.hidden;
}

/** @param {Found[]} rows */
function announce(rows) {
  const names = new Set(rows.map((row) => linkOf(row).textContent));
  if (names.size) news.textContent = news.dataset.one.replace("{names}", [...names].slice(0, 5).join(", "));
}
