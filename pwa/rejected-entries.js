"use strict";
// What the clinic did not take: why, and off this phone once that was read.

document.addEventListener("outbox", ({ detail: entries }) => {
  const whys = entries.filter((entry) => entry.state === "look").map((entry) => wordsFor(entry.why));
  for (const words of document.querySelectorAll("[data-why]")) words.hidden = !whys.includes(words.dataset.why);
  document.getElementById("none").hidden = whys.length > 0;
  document.getElementById("clear").hidden = whys.length === 0;
});

document.getElementById("clear").onclick = async () => {
  await Outbox.dropSetAside();
  location.assign("/");
};

// Called off or too late, sent before otherwise, or what the server could not make out.
const wordsFor = (why) => ({ left: "over", closed: "over", "called-off": "over", 409: "twice" })[why] ?? "unread";
