// The inbox. htmx opens a row in its place, appends more rows and asks every ten seconds for what is new; the
// attributes are in the template. This script does what attributes can't: close a row, keep the focus, and say what
// failed.
import "./inbox-keys.js";
import "./inbox-merge.js";
import "./inbox-texts.js";
import { allRows, close, detailOf, linkOf } from "./inbox-row.js";

const lists = document.getElementById("lists");
const news = document.getElementById("news");
/** @type {Found | null} */
let firstAppended = null; // the first row that "Show more" brought

document.addEventListener("click", leaveToBrowser, true); // before htmx
document.addEventListener("htmx:confirm", beforeRequest);
document.addEventListener("htmx:configRequest", configure);
document.addEventListener("htmx:beforeOnLoad", stayOnPage);
document.addEventListener("htmx:beforeSwap", checkResponse);
document.addEventListener("htmx:oobBeforeSwap", appendOnlyNewRows);
document.addEventListener("htmx:afterSwap", afterSwap);
document.addEventListener("htmx:afterRequest", afterMore);
document.addEventListener("htmx:sendError", reportFailure);
document.addEventListener("htmx:timeout", reportFailure);
document.addEventListener("submit", rememberNextRow);
addEventListener("load", () => requestAnimationFrame(returnToRow)); // after the browser has scrolled to the #row

/** @param {Found} element */
const isPoll = (element) => element.id === "changes";

// The browser handles a click that opens another tab or window.
/** @param {On<MouseEvent>} event */
function leaveToBrowser(event) {
  const isOther = event.metaKey || event.ctrlKey || event.shiftKey;
  if (isOther && event.target.closest?.("a[hx-get]")) event.stopImmediatePropagation();
}

// The link of an open row closes the row. A hidden page does not poll.
/** @param {HtmxEvent} event */
function beforeRequest(event) {
  const { elt } = event.detail;
  const row = elt.closest("[data-row]");
  if (row && detailOf(row)) {
    event.preventDefault();
    close(row);
  } else if (isPoll(elt) && document.hidden) {
    event.preventDefault();
  }
}

// Poll with the version on the page, and ask for as many rows as it shows, so that those from "Show more" stay.
/** @param {HtmxEvent} event */
function configure({ detail: { elt, headers, parameters } }) {
  if (isPoll(elt)) headers["If-None-Match"] = `"${lists.dataset.version}"`;
  if (elt === lists) parameters.many = Math.max(Number(parameters.many ?? 0), allRows().length);
}

// When the session has ended, htmx would open the page for signing in, and what was typed here would be lost.
/** @param {HtmxEvent} event */
function stayOnPage(event) {
  if (!event.detail.xhr.getResponseHeader("HX-Redirect")) return;
  event.preventDefault();
  reportFailure(event);
}

// Keep an error page out of the inbox.
/** @param {HtmxEvent} event */
function checkResponse(event) {
  if (event.detail.xhr.status === 200) return;
  event.detail.shouldSwap = false;
  reportFailure(event);
}

/** @param {HtmxEvent} event */
function reportFailure({ detail: { requestConfig } }) {
  if (isPoll(requestConfig.elt) || requestConfig.elt === lists) return; // it is asked again
  news.textContent = news.dataset.failed;
}

/** @param {HtmxEvent} event */
function afterSwap({ target, detail }) {
  if (target !== detail.target || !target.matches("[data-row]")) return;
  linkOf(target).setAttribute("aria-expanded", "true");
  target.dispatchEvent(new Event("row-opened", { bubbles: true }));
}

// Drop the rows that a poll has brought since "Show more" was drawn.
/** @param {HtmxEvent} event */
function appendOnlyNewRows({ detail: { target: list, fragment } }) {
  for (const row of /** @type {Found[]} */ ([...fragment.children])) {
    if (!row.matches("[data-row]") || document.getElementById(row.id)) row.remove();
  }
  const first = /** @type {Found | null} */ (fragment.firstElementChild);
  if (first) list.querySelector(":scope > .empty")?.remove();
  firstAppended ??= first;
}

/** @param {HtmxEvent} event */
function afterMore({ detail: { requestConfig } }) {
  if (requestConfig.elt.id !== "more") return;
  for (const section of lists.querySelectorAll("section[id]")) {
    if (section.querySelector("[data-row]")) section.hidden = false;
  }
  if (firstAppended) linkOf(firstAppended).focus();
  firstAppended = null;
}

// An action reloads the page. The next row then gets the focus.
/** @param {Submitted} event */
function rememberNextRow(event) {
  const row = event.target.closest("[data-row]");
  if (!row) return;
  const rows = allRows();
  const stays = new URL(event.target.action).pathname.match(/\/(own|assign|note)$/);
  const next = stays ? row : (rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1]);
  if (next) sessionStorage.setItem("inbox-next", JSON.stringify({ id: next.id, many: rows.length }));
}

async function returnToRow() {
  const next = JSON.parse(sessionStorage.getItem("inbox-next") ?? "null");
  sessionStorage.removeItem("inbox-next");
  const id = next?.id ?? location.hash.slice(1);
  if (next && !document.getElementById(id) && allRows().length < next.many) {
    // The row came with "Show more", and a reloaded page has the first rows only.
    await htmx.ajax("GET", lists.getAttribute("hx-get") ?? "", { source: lists, values: { many: next.many } });
  }
  const row = document.getElementById(id);
  if (row?.matches("[data-row]")) linkOf(row).focus();
}
