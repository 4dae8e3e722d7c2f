// The words for entries that still wait in the outbox: count whole check-ins, and single answers only if there is none.

/** @type {(entries: Entry[], words: { [name: string]: string }) => string} */
export function waitingText(entries, { one, many, answer }) {
  const checkIns = new Set(entries.filter((entry) => entry.part !== "answers").map((entry) => entry.check_in)).size;
  if (checkIns) return checkIns === 1 ? one : many.replace("{n}", String(checkIns));
  return entries.length ? answer : "";
}
