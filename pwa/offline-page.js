// Without a network the service worker shows the offline page: put the page of this address in its place.
import { askWho, continueOffline, follow, show } from "./offline-checkin.js";
import { bundle, dueCheckIn, load, loadBundle, now } from "./offline-draft.js";
import { personShown, showsPerson } from "./person-shown.js";

replaceOfflinePage();

async function replaceOfflinePage() {
  const url = new URL(location.href.replace(/\/for\/\w+/, "")); // drop the device that a notification names
  const loaded = await loadBundle();
  if (!loaded) return;
  document.body.dataset.person = loaded.person;
  document.body.dataset.people = loaded.people ?? loaded.person;
  Outbox.flushAndNotify();
  if (url.pathname === "/help") return showHelp(loaded, url.searchParams.get("for"));
  const visit = loaded.visits?.find(({ id, until }) => url.pathname === `/visits/${id}` && until > now());
  if (visit) showsPerson(visit.person ?? loaded.person);
  if (visit) return show(visit.html, url.pathname);
  const [, checkIn] = url.pathname.match(/^\/check-ins\/([^/]+)/) ?? [];
  const who = /** @type {Respondent | null} */ (url.searchParams.get("who"));
  if (checkIn && !(await Outbox.isSubmitted(checkIn)) && (await load(checkIn, who))) {
    continueOffline(true);
    document.body.dataset.person = dueCheckIn.person ?? loaded.person;
    showsPerson(dueCheckIn.person ?? loaded.person);
    if (!dueCheckIn.who && !who) return askWho();
    return void follow(url);
  }
  await showDueCard();
  showNextVisits(loaded);
}

// Show the help of the shown patient: another patient's clinic may have other numbers (case 97).
/** @type {(loaded: Bundle, chosen: string | null) => void} */
function showHelp(loaded, chosen) {
  show(loaded.helps?.[chosen ?? personShown() ?? ""] ?? loaded.help, location.pathname + location.search);
}

// The next visit of each patient, and cancelled visits.
/** @param {Bundle} loaded */
function showNextVisits({ person, visits = [] }) {
  const shown = new Set();
  const next = visits.filter((visit) => {
    const whose = visit.person ?? person;
    if (visit.until < now() || (!visit.cancelled && shown.has(whose))) return false;
    return visit.cancelled || shown.add(whose);
  });
  document.getElementById("held-visit")?.replaceChildren(...next.map(({ html }) => asCard(html)));
}

// Make a page part of another: drop its title, and make its heading a second-level one.
/** @param {string} html */
function asCard(html) {
  const card = document.createElement("template");
  card.innerHTML = html;
  card.content.querySelector("title")?.remove();
  const heading = document.createElement("h2");
  const first = card.content.querySelector("h1");
  heading.append(...first.childNodes);
  first.replaceWith(heading);
  return card.content;
}

async function showDueCard() {
  for (const one of bundle?.forms ?? []) {
    if (one.closes < now() || (await Outbox.isSubmitted(one.id))) continue;
    return document.getElementById("held-due").replaceChildren(asCard(one.pages.card));
  }
}
