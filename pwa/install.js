// Add to Home Screen: the browser's own prompt, if there is one, and a button that sends these steps to a caregiver.
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
    const { title, on } = share.dataset; // a helper reads them on another device
    navigator.share({ title, url: new URL(`/install?on=${on}`, location.href).href }).catch(() => {});
  });
}
