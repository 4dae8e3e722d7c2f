"use strict";
// A check-in that goes on without a network: the server's own pages, held on this phone, one after the other. Each
// answer is kept here, and sealed for the clinic, before the next page comes (pwa/question.js asks for that).

const Walk = (() => {
  const main = document.getElementById("main");
  let held, form, draft;
  let hidden = {}; // the patient's private answers, while someone else holds the patient's own phone
  let who = "self";
  let why = "held"; // the words for why it goes on here
  let noting = Promise.resolve(false);
  const early = []; // answers that were pressed before this phone had fetched the check-in

  const party = () => (who === "helper" ? "helper" : "patient");
  const given = () => Object.fromEntries(Object.entries(draft).map(([id, { is }]) => [id, is]));
  const asked = () => FormRules.asked(form.questions, given(), who);
  const question = (id) => form.questions.find((one) => one.id === id);
  const path = (place) => `/check-ins/${form.id}/${place}?who=${who}`;
  const words = (id) => (!(id in draft) ? form.words.open : (question(id).said[draft[id].is] ?? form.words.skipped));
  const now = () => Date.now() + (held.ahead || 0); // by the server's clock, which the kept answers go by
  // A helper's phone does not hold the private questions: one that it does not know is taken for one of them.
  const isPrivate = (id) => who !== "self" && (!question(id) || question(id).private || question(id).patientOnly);
  const save = () => Held.put(`draft:${form.id}:${party()}`, { who, answers: { ...hidden, ...draft } });

  // Whether this phone holds the check-in, with what this respondent has answered so far.
  async function take(checkIn, respondent) {
    held = await Held.get("held");
    form = held?.forms.find((one) => one.id === checkIn);
    if (!form) return false;
    who = respondent ?? form.who ?? "self";
    const mine = (await Held.get(`draft:${checkIn}:${party()}`)) ?? { who, answers: {} };
    if (!respondent) who = mine.who;
    draft = { ...form.kept[party()] };
    for (const [id, one] of Object.entries(mine.answers)) if (!(draft[id]?.at > one.at)) draft[id] = one;
    for (const { id, one, of } of early) {
      if (of === `${checkIn} ${who}` && !isPrivate(id) && !(draft[id]?.at > one.at)) draft[id] = one;
    }
    hide();
    return true;
  }

  function hide() {
    const secret = Object.entries(draft).filter(([id]) => isPrivate(id));
    hidden = Object.fromEntries(secret.filter(([id]) => question(id)));
    for (const [id] of secret) delete draft[id];
  }

  // Each answer, with a network or without, so that the rest can follow without. `told`: the clinic has it, or the queue.
  // One after the other: that it is told must not be overtaken by that it was pressed.
  // `at` by the server's clock, where it was answered before now.
  function note(...said) {
    noting = noting.catch(() => false).then(() => noteNow(...said));
    return noting;
  }

  async function noteNow(checkIn, respondent, id, is, told, at) {
    if (!(await take(checkIn, respondent))) {
      early.push({ id, one: { is, at: at ?? Date.now(), before: false, told }, of: `${checkIn} ${respondent}` });
      return false;
    }
    if (isPrivate(id)) return true; // on its way, or sealed for the clinic; here it would be left behind
    draft[id] = { is, at: at ?? now(), before: false, told };
    await save();
    return true;
  }

  // What was pressed, and neither sent nor kept in the queue: the app was closed in that moment.
  async function untold(checkIn, respondent) {
    if (!(await take(checkIn, respondent))) return [];
    const untold = Object.entries(draft).filter(([, one]) => one.told === false);
    return untold.map(([id, one]) => [id, { ...one, phonesAt: one.at - (held.ahead || 0) }]);
  }

  // Whether this phone knows answers that the server's page did not know: `known` are those that it shows.
  async function isAhead(checkIn, respondent, known, of) {
    if (!(await take(checkIn, respondent))) return false;
    const answers = FormRules.stillAsked(form.questions, given(), who);
    const ours = Object.keys(answers).filter((id) => answers[id] !== null && !draft[id].before);
    return ours.some((id) => (of ?? id) === id && !known.includes(id));
  }

  function show(html, to, arrange = (_) => {}) {
    const page = document.createElement("template");
    page.innerHTML = html;
    const title = page.content.querySelector("title");
    document.title = title.textContent;
    title.remove();
    for (const field of page.content.querySelectorAll("[name=who]:not(button)")) field.value = who;
    arrange(page.content);
    main.replaceChildren(page.content);
    if (location.pathname + location.search !== to) history.pushState(null, "", to);
    scrollTo(0, 0);
    landed();
  }

  function begin() {
    const offer = form.same[who];
    if (offer && !Object.keys(draft).length) return show(offer.html, path("same"));
    return next();
  }

  // `state`: why it goes on here: there is no network, or nobody is signed in.
  function next(after = null, state = "held") {
    why = state === "signIn" ? state : "held";
    const id = FormRules.next(form.questions, given(), who, after);
    if (id) return ask(id);
    return after && form.same[who] && Object.values(draft).some((one) => one.before) ? different(0) : check();
  }

  function ask(id) {
    const questions = asked();
    const at = questions.findIndex((one) => one.id === id);
    if (at < 0) return next();
    return show(questions[at].html, path(`q/${encodeURIComponent(id)}`), (page) => {
      putInPlace(page, at, questions.length);
      const back = page.querySelector("[data-back]");
      if (at) back.href = path(`q/${encodeURIComponent(questions[at - 1].id)}`);
      (at ? page.querySelector("[data-first]") : back)?.remove();
      for (const button of page.querySelectorAll("[name=answer]")) {
        button.classList.toggle("said", button.value === draft[id]?.is);
      }
      sayHeld(page);
    });
  }

  function putInPlace(page, at, total) {
    const place = page.querySelector("[data-place]");
    place.textContent = place.dataset.place.replace("{number}", at + 1).replace("{total}", total);
    const steps = Array.from({ length: total }, (_, number) => {
      const step = document.createElement("i");
      step.classList.toggle("on", number <= at);
      return step;
    });
    page.querySelector(".progress").replaceChildren(...steps);
  }

  function sayHeld(page) {
    const place = page.querySelector("#outbox-state");
    place.textContent = place.dataset[why];
    place.hidden = false;
  }

  function check() {
    const answers = FormRules.stillAsked(form.questions, given(), who);
    const before = Object.keys(answers).filter((id) => draft[id].before);
    show(form.pages.check, path("check"), (page) => {
      const ids = asked().map((one) => one.id);
      for (const line of page.querySelectorAll("[data-of]")) fill(line, ids, before);
      for (const line of page.querySelectorAll("[data-who]")) if (line.dataset.who !== who) line.remove();
      const send = page.querySelector("[data-outbox]");
      send.dataset.outbox = JSON.stringify({ answers, respondent: who, as_before: before });
    });
  }

  function fill(line, ids, before) {
    const { of } = line.dataset;
    if (!ids.includes(of)) return line.remove();
    const place = line.querySelector("dd");
    if (!place) return;
    place.textContent = words(of);
    if (!before.includes(of)) return;
    const small = document.createElement("span");
    small.className = "soft small";
    small.textContent = form.words.same;
    place.append(" ", small);
  }

  function different(number) {
    show(form.same[who].different[number], `${path("different")}&page=${number}`, (page) => {
      for (const line of page.querySelectorAll("[data-of]")) {
        const { of } = line.dataset;
        if (draft[of]?.before === false) line.querySelector(".small").textContent = `${form.words.now} ${words(of)}`;
      }
    });
  }

  async function saySame(say) {
    const offer = form.same[who];
    if (say === "all") return next();
    for (const [id, is] of Object.entries(offer.answers)) draft[id] = { is, at: now(), before: true };
    await save();
    return say === "some" ? different(0) : next();
  }

  async function sayWho(respondent) {
    await take(form.id, respondent);
    await save();
    begin();
  }

  function saved() {
    show(form.pages.saved, location.pathname + location.search);
    return Held.forget(form.id);
  }

  // Where a link of these pages leads; false for one that leads away.
  function go(url) {
    const [, checkIn, place, id] = url.pathname.match(/^\/check-ins\/([^/]+)(?:\/([^/]+))?(?:\/(.+))?$/) ?? [];
    if (checkIn !== form?.id) return false;
    const after = url.searchParams.get("after");
    const pages = {
      q: () => ask(decodeURIComponent(id)),
      next: () => next(after),
      check,
      different: () => different(Number(url.searchParams.get("page"))),
      who: () => show(form.pages.who, path("who")),
    };
    (pages[place] ?? begin)();
    return true;
  }

  // The page that stands in for all others when there is no network.
  async function open(url) {
    held = await Held.get("held");
    if (!held) return;
    document.body.dataset.person = held.person;
    Outbox.flushAndTell();
    if (url.pathname === "/help") return show(held.help, "/help");
    const [, checkIn] = url.pathname.match(/^\/check-ins\/([^/]+)/) ?? [];
    const sent = await Outbox.isSent(checkIn);
    if (checkIn && !sent && (await take(checkIn, url.searchParams.get("who")))) {
      Walk.local = true;
      if (!form.who && !url.searchParams.get("who")) return show(form.pages.who, path("who"));
      return void go(url);
    }
    await showDue();
  }

  async function showDue() {
    for (const one of held.forms) {
      if (one.closes < Date.now() || (await Outbox.isSent(one.id))) continue;
      const card = document.createElement("template");
      card.innerHTML = one.pages.card;
      const heading = card.content.querySelector("h1");
      heading.replaceWith(Object.assign(document.createElement("h2"), { textContent: heading.textContent }));
      return document.getElementById("held-due").replaceChildren(card.content);
    }
  }

  return { local: false, take, note, untold, isAhead, next, go, open, saySame, sayWho, saved };
})();

if (document.body.matches("[data-stands-in]")) Walk.open(new URL(location.href));
addEventListener("popstate", () => Walk.local && Walk.go(new URL(location.href)));
