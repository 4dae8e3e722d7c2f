// On the staff's pages: keep the text typed into a form until that form is sent, whatever else staff press meanwhile,
// and on every page that has the form. The text is stored with the offline bundle, under the same key. Only its writer
// sees it, until they sign out or half a day has passed.
import { within } from "./requests.js";

const FIELDS = "textarea, select, input:not([type=hidden], [type=file])";
const SECRET = "[type=password], [autocomplete=one-time-code], .code"; // a form with a secret is not kept at all
const LIFE = 432e5; // ms
const SENT = "desk-sent"; // which form this tab has sent: the next page tells whether it was taken
const PREFIX = "~"; // begins the name of each stored text, and no other name there
const { staff, standsIn, textBack } = document.body.dataset;
const { get, put, remove, transact } = OfflineBundle.things;
/** @type {Promise<unknown> | null} */
let keeping = null;

document.addEventListener("input", keep);
document.addEventListener("click", waitForKeeping, true);
document.addEventListener("submit", ({ target: form }) => sessionStorage.setItem(SENT, nameOf(form)));
document.addEventListener("htmx:afterSettle", giveAllBack);
if (standsIn === undefined) start();
else sessionStorage.removeItem(SENT); // it was not sent

// Two forms of one page may go to one address: their fields tell them apart.
/** @param {Found} form */
function nameOf(form) {
  const { pathname } = new URL(form.getAttribute("action") ?? "", location.href);
  return [PREFIX + pathname, ...new Set(fieldsOf(form).map(([, { name }]) => name))].join(" ");
}

// The fields that a person fills in, each with a name of its own.
/** @type {(form: Found) => [string, Found][]} */
function fieldsOf(form) {
  if (form.querySelector(SECRET)) return [];
  const fields = [...form.querySelectorAll(FIELDS)].filter(({ name }) => name);
  return fields.map((field, place) => [`${field.name} ${place}`, field]);
}

/** @param {Found} field */
const isChoice = ({ type }) => ["radio", "checkbox"].includes(type);
/** @param {Found} field */
const valueOf = (field) => (isChoice(field) ? String(field.checked) : field.value);

// The values that the page came with.
/** @param {Found} field */
function valueBefore(field) {
  const { defaultChecked, defaultValue } = /** @type {HTMLInputElement} */ (/** @type {unknown} */ (field));
  if (isChoice(field)) return String(defaultChecked);
  const options = /** @type {NodeListOf<HTMLOptionElement & Found>} */ (field.querySelectorAll("option"));
  return options.length ? ([...options].find((one) => one.defaultSelected) ?? options[0]).value : defaultValue;
}

// The marks of what the page showed: a colleague may have changed it by the time the text is back (case 89).
/** @type {(form: Found) => Found | null} */
const seenBy = (form) => form.querySelector("input[name=seen]");

/** @param {Event} event */
function keep({ target }) {
  const form = /** @type {Found} */ (target).closest("main form[method=post]");
  if (!staff || !form) return;
  const typed = fieldsOf(form).filter(([, field]) => valueOf(field) !== valueBefore(field));
  const fields = Object.fromEntries(typed.map(([key, field]) => [key, valueOf(field)]));
  const kept = { person: staff, page: location.pathname, fields, at: Date.now(), seen: seenBy(form)?.value };
  const name = nameOf(form);
  const turn = Promise.resolve(keeping).then(() => (typed.length ? put(name, kept) : remove(name)));
  keeping = turn.catch((error) => console.warn(error));
  forgetOnceDone(keeping);
}

/** @param {Promise<unknown>} turn */
async function forgetOnceDone(turn) {
  await turn;
  if (keeping === turn) keeping = null;
}

// The page may close before the last letter is stored.
/** @param {On<MouseEvent>} event */
async function waitForKeeping(event) {
  const pressed = event.target.closest?.("a[href], button");
  if (!keeping || !pressed || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  await within(1000, keeping).catch(() => {});
  keeping = null;
  pressed.click();
}

// The stored texts, by the address of their form and the names of its fields.
export async function keptNames() {
  const names = await transact("things", "readonly", (things) => things.getAllKeys(IDBKeyRange.lowerBound(PREFIX)));
  return names.map(String);
}

async function start() {
  const sent = sessionStorage.getItem(SENT) ?? "";
  sessionStorage.removeItem(SENT);
  if (sent && staff && wasTaken()) await remove(sent);
  const hasSignedOut = sent.startsWith(`${PREFIX}/staff/sign-out`);
  for (const name of await keptNames()) {
    const kept = await get(name);
    const isOver = !kept || Date.now() - (kept.at ?? 0) > LIFE || (staff && kept.person !== staff);
    if (isOver || hasSignedOut) await remove(name);
  }
  await giveAllBack();
}

// Whether the server accepted the form that led to this page: the page is neither a refusal nor an error.
function wasTaken() {
  const [visit] = performance.getEntriesByType("navigation");
  return visit.responseStatus ? visit.responseStatus < 400 : !document.querySelector("main > .trouble");
}

async function giveAllBack() {
  const names = staff ? await keptNames() : [];
  for (const form of document.querySelectorAll("main form[method=post]")) {
    if (names.includes(nameOf(form))) await giveBack(form);
  }
}

/** @param {Found} form */
async function giveBack(form) {
  const kept = await get(nameOf(form));
  if (kept?.person !== staff) return;
  const lost = fieldsOf(form).filter(([key, field]) => {
    const [now, before] = [valueOf(field), valueBefore(field)];
    return now === before && now !== (kept.fields[key] ?? now);
  });
  if (!lost.length) return;
  for (const [key, field] of lost) {
    if (isChoice(field)) field.checked = kept.fields[key] === "true";
    else field.value = kept.fields[key];
  }
  const seen = seenBy(form);
  if (seen && kept.seen) seen.value = kept.seen;
  for (let place = form.closest("details"); place; place = /** @type {Found} */ (place.parentNode).closest("details")) {
    place.open = true;
  }
  const note = document.createElement("p");
  note.className = "notice";
  note.setAttribute("role", "status");
  note.textContent = textBack ?? "";
  form.prepend(note);
}
