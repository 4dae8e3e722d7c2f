// Find out which device this is: an iPad claims to be a Mac, and an Android tablet to be a desktop. Touch, pointer and
// screen tell more. A cookie takes the result to the server (server/access/platforms.py).

const SMALLEST_TABLET = 600; // px along the shorter side
const YEAR = 31536000; // s

export const isApp = navigator.standalone === true || matchMedia("(display-mode: standalone)").matches;
export const platform = platformOf(navigator, screen, matchMedia("(pointer: coarse)").matches);
tell();

/** @type {(browser: Navigator, screen: { width: number; height: number }, isCoarse: boolean) => string} */
export function platformOf({ userAgent, userAgentData, maxTouchPoints }, { width, height }, isCoarse) {
  const says = (/** @type {RegExp} */ words) => words.test(userAgent);
  const isSmall = Math.min(width, height) < SMALLEST_TABLET;
  const touches = maxTouchPoints > 0;
  if (says(/iPhone|iPod/)) return "iphone";
  if (says(/iPad/)) return "ipad";
  if (says(/Macintosh/) && touches) return isSmall ? "iphone" : "ipad"; // no Mac has a touch screen
  if (says(/\bTablet; OpenHarmony/)) return "tablet";
  if (says(/\bPhone; OpenHarmony/)) return "phone";
  const hidesAndroid = touches && isCoarse && says(/Linux|X11/) && !says(/CrOS/);
  if (!says(/Android/) && userAgentData?.platform !== "Android" && !hidesAndroid) {
    return says(/Mobile/) && !says(/\(PC; /) ? "phone" : "computer";
  }
  return says(/Mobile/) || userAgentData?.mobile || (hidesAndroid && isSmall) ? "android-phone" : "android-tablet";
}

// Set the cookie before the first form is sent. The model follows later, if the browser tells it at all.
function tell() {
  write("");
  const asked = platform.startsWith("android") && navigator.userAgentData?.getHighEntropyValues?.(["model"]);
  if (asked) asked.then(({ model }) => model && write(model)).catch(() => {});
}

/** @param {string} model */
function write(model) {
  const isLocal = location.protocol === "http:"; // no Secure cookie there (server/web/cookies.py)
  const name = isLocal ? "local-device" : "__Host-device";
  const value = [platform, isApp ? "app" : "browser", encodeURIComponent(model)].join(".");
  const secure = isLocal ? "" : "; secure";
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
}

// The server drew this page for another device, because the script had not told it yet: open it once more.
const drawnFor = document.querySelector("main [data-drawn-for]")?.dataset.drawnFor;
const hasSent = sessionStorage.getItem("device-told") !== null;
export const opensAgain = Boolean(drawnFor) && drawnFor !== `${platform}.${isApp ? "app" : "browser"}` && !hasSent;
if (opensAgain) {
  sessionStorage.setItem("device-told", "");
  location.reload();
}
