// Add to Home Screen: the browser's own prompt, where there is one, and a button that sends these steps to a caregiver.
export {};

/** @type {BeforeInstallPromptEvent | null} */
let installPrompt = null;

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  installPrompt = event;
  document.getElementById("install").hidden = false;
});

document.getElementById("install").addEventListener("click", () => installPrompt?.prompt());

const share = document.getElementById("share");
if (navigator.share) {
  share.hidden = false;
  share.addEventListener("click", () => {
    navigator.share({ title: share.dataset.title, url: new URL("/install", location.href).href }).catch(() => {});
  });
}
