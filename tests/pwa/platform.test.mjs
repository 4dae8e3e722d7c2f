// Which device a browser runs on, by touch, pointer and screen, where the User-Agent says another.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const source = readFileSync(new URL("../../pwa/platform.js", import.meta.url));
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15";
const LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148";
const PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36";
const TABLET = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";
const FIREFOX_TABLET = "Mozilla/5.0 (Android 15; Tablet; rv:143.0) Gecko/143.0 Firefox/143.0";
const CHROMEBOOK = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";
const HARMONY =
  "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 " +
  "ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.0.4.300";
const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";
const [LARGE, SMALL, DESK] = [
  { width: 820, height: 1180 },
  { width: 393, height: 852 },
  { width: 1920, height: 1080 },
];
const [fine, coarse] = [false, true];

// The module looks for these when it is loaded.
const browser = { userAgent: MAC, maxTouchPoints: 5 };
Object.defineProperty(globalThis, "navigator", { value: browser, configurable: true });
Object.assign(globalThis, {
  matchMedia: () => ({ matches: false }),
  screen: LARGE,
  location: { protocol: "https:", reload: () => {} },
  sessionStorage: { getItem: () => null, setItem: () => {} },
  document: { cookie: "", querySelector: () => null },
});
const { platformOf } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

for (const [name, expected, userAgent, touches, screen, isCoarse, userAgentData] of [
  ["an iPad that says that it is a Mac", "ipad", MAC, 5, LARGE, coarse],
  ["an iPad with a trackpad", "ipad", MAC, 5, LARGE, fine],
  ["an iPad held upright beside another app", "ipad", MAC, 5, { width: 744, height: 1133 }, coarse],
  ["an iPhone that asks for desktop sites", "iphone", MAC, 5, SMALL, coarse],
  ["an iPhone", "iphone", IPHONE, 5, SMALL, coarse],
  ["an iPad of iOS 12", "ipad", IPHONE.replace("iPhone;", "iPad;").replace("CPU iPhone", "CPU"), 5, LARGE, coarse],
  ["a Mac", "computer", MAC, 0, DESK, fine],
  ["an Android tablet that says that it is a desktop", "android-tablet", LINUX, 5, LARGE, coarse],
  ["an Android phone that asks for desktop sites", "android-phone", LINUX, 5, SMALL, coarse],
  ["a tablet that tells its platform", "android-tablet", LINUX, 0, LARGE, fine, { platform: "Android", mobile: false }],
  ["an Android tablet", "android-tablet", TABLET, 5, LARGE, coarse],
  ["an Android tablet with Firefox", "android-tablet", FIREFOX_TABLET, 5, LARGE, coarse],
  ["an Android phone", "android-phone", PHONE, 5, SMALL, coarse],
  ["an unfolded Android phone", "android-phone", PHONE, 5, LARGE, coarse],
  ["a Linux laptop with a touch screen and a mouse", "computer", LINUX, 10, DESK, fine],
  ["a Linux computer", "computer", LINUX, 0, DESK, fine],
  ["a Chromebook folded to a tablet", "computer", CHROMEBOOK, 10, DESK, coarse],
  ["a phone with HarmonyOS", "phone", HARMONY, 5, SMALL, coarse],
  ["a tablet with HarmonyOS", "tablet", HARMONY.replace("Phone;", "Tablet;"), 5, LARGE, coarse],
  ["a computer with HarmonyOS", "computer", HARMONY.replace("Phone;", "PC;"), 10, DESK, fine],
  [
    "a phone of another kind",
    "phone",
    "Mozilla/5.0 (Mobile; rv:84.0) Gecko/84.0 Firefox/84.0 KAIOS/3.0",
    0,
    SMALL,
    fine,
  ],
  ["a Windows tablet", "computer", WINDOWS, 10, DESK, coarse],
]) {
  test(`case 94: ${name}`, () => {
    const signs = { userAgent, maxTouchPoints: touches, userAgentData };
    assert.equal(platformOf(signs, screen, isCoarse), expected);
  });
}

test("case 94: the page tells the server at once", () => {
  assert.match(globalThis.document.cookie, /^__Host-device=ipad\.browser\.; path=\/; .*; secure$/);
});
