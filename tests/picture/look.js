"use strict";
// look.js BROWSER PAGE LONG-PAGE FOLDER: opens pictures as a person would. The last line is
// `N passed, N failed, N skipped`.
const assert = require("node:assert");
const path = require("node:path");
const {chromium} = require("playwright-core");

const [executablePath, picture, long, folder] = process.argv.slice(2);
const CONTRAST_MIN = 4.5; // WCAG AA, for text of this size

async function open(browser, options, file = picture) {
  const context = await browser.newContext({viewport: {width: 1500, height: 1000}, ...options});
  const page = await context.newPage();
  page.asked = [];
  page.wrong = [];
  page.on("request", (request) => page.asked.push(request.url()));
  page.on("dialog", (dialog) => { page.wrong.push("dialog: " + dialog.message()); dialog.dismiss(); });
  page.on("pageerror", (error) => page.wrong.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") page.wrong.push(message.text()); });
  await page.goto("file://" + path.resolve(file));
  return page;
}

const selected = (page) => page.locator('#rows > [aria-selected="true"]');
const press = async (page, ...keys) => { for (const key of keys) await page.keyboard.press(key); };
const moment = (page) => page.locator("#moment").innerText();
const rowOf = (page, text) => page.locator("#rows > li", {hasText: text}).first();

// Of text to what lies behind it.
const contrastOf = (page, selector) => page.locator(selector).first().evaluate((element) => {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = numbers(colour).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = element;
  while (behind.parentElement && numbers(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const [a, b] = [luminance(getComputedStyle(element).color), luminance(getComputedStyle(behind).backgroundColor)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
});

const TEXTS = ["h1", ".where", ".found", ".lines code", ".tag.fired", ".tag.effective", ".at", ".who", ".label", ".detail",
               ".outcome", ".fault .label", "#moment .came", "#moment .went", "#moment h2", ".names .redis b",
               ".names .client b", ".names .thread b", ".legend li", "[aria-selected=true] .at"];

async function mustBeReadable(page) {
  await page.focus("#rows");
  await press(page, "f"); // a fault has both kinds of changes behind it
  await page.click('#rows > li:has-text("LPUSH")');
  for (const selector of TEXTS) {
    if (!(await page.locator(selector).count())) continue;
    const contrast = await contrastOf(page, selector);
    assert.ok(contrast >= CONTRAST_MIN, `${selector} has a contrast of ${contrast.toFixed(2)}`);
  }
}

const cases = {
  async "asks for nothing but itself, and runs nobody's text"(browser) {
    const page = await open(browser, {});
    await press(page, "Home", "End");
    assert.deepStrictEqual(page.wrong, []);
    assert.strictEqual(page.asked.length, 1, page.asked.join("\n"));
    assert.strictEqual(await page.locator("img, b[onclick]").count(), 0);
    assert.match(await page.title(), /<\/script><b onclick=alert\(1\)>whatever/);
  },

  async "has a lane for everybody who acts, with the threads of each process"(browser) {
    const page = await open(browser, {});
    const names = await page.locator(".names b").allInnerTexts();
    assert.deepStrictEqual(names, ["web", "Redis", "p1", "p2"]);
    assert.match(await page.locator(".names .thread").first().innerText(), /fetch/);
    assert.ok(await page.locator("svg .arrow.redis").count() > 5);
    assert.ok(await page.locator("svg .box").count() > 2);
  },

  async "tells on top what must hold, what was found, and how to see it again"(browser) {
    const page = await open(browser, {});
    assert.match(await page.locator(".story").innerText(), /expected\s+a done\s+found\s+a: lost[\s\S]*replay\s+\S*faultline replay /);
    const faults = await page.locator("#faults-head + ul").innerText();
    assert.match(faults, /planned\s*fired\s*effective[\s\S]*planned\s*fired\s*without effect/);
    assert.match(await page.locator(".cards").innerText(), /missing redis notes/);
  },

  async "begins where it went wrong"(browser) {
    const page = await open(browser, {});
    assert.match(await selected(page).getAttribute("class"), /fault.*outlined/);
  },

  async "moves its cursor by keyboard, and shows the state at each event"(browser) {
    const page = await open(browser, {});
    await page.focus("#rows");
    await press(page, "Home");
    assert.strictEqual(await selected(page).getAttribute("id"), "e1");
    assert.doesNotMatch(await moment(page), /queue:default/);
    const push = await rowOf(page, "redis LPUSH").getAttribute("id");
    for (let i = 1; i < Number(push.slice(1)); i++) await press(page, "ArrowDown");
    assert.strictEqual(await selected(page).getAttribute("id"), push);
    assert.match(await moment(page), /WHAT IT CHANGED[\s\S]*queue:default[\s\S]*waiting, in queue:default/i);
    await press(page, "ArrowUp", "ArrowUp"); // it left in one batch with the SADD before it
    assert.doesNotMatch(await moment(page), /waiting, in queue:default/);
    await press(page, "End");
    assert.match(await selected(page).innerText(), /judged/);
    assert.match(await moment(page), /a\s+job\s+lost/);
    assert.match(await moment(page), /b\s+job\s+done/);
  },

  async "says to assistive technology where its cursor is"(browser) {
    const page = await open(browser, {});
    const list = page.locator("#rows");
    assert.strictEqual(await list.getAttribute("role"), "listbox");
    assert.ok(await list.getAttribute("aria-label"));
    await page.focus("#rows");
    await press(page, "ArrowDown");
    assert.strictEqual(await list.getAttribute("aria-activedescendant"), await selected(page).getAttribute("id"));
    assert.strictEqual(await page.locator('[role="option"]').count(), await page.locator("#rows > li").count());
    assert.strictEqual(await page.locator("#moment .now").getAttribute("aria-live"), "polite");
  },

  async "finds text with a slash, and the next fault with f"(browser) {
    const page = await open(browser, {});
    await page.focus("#rows");
    await press(page, "Home", "/");
    await page.keyboard.type("brpop");
    await press(page, "Enter");
    assert.match(await selected(page).innerText(), /BRPOP/);
    assert.match(await page.locator("#tools").innerText(), /\d+ found/);
    await press(page, "Escape", "Home", "f");
    assert.match(await selected(page).getAttribute("class"), /fault/);
  },

  async "moves its cursor by mouse, and by the address"(browser) {
    const page = await open(browser, {});
    await page.click("#e4");
    assert.strictEqual(await selected(page).getAttribute("id"), "e4");
    assert.match(page.url(), /#e4$/);
    await page.goto(page.url().replace(/#.*/, "#e2"));
    assert.strictEqual(await selected(page).getAttribute("id"), "e2");
  },

  async "can be left and come back to with the Tab key"(browser) {
    const page = await open(browser, {});
    const order = [];
    for (let i = 0; i < 4; i++) {
      await press(page, "Tab");
      order.push(await page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.type));
    }
    assert.deepStrictEqual(order, ["skip", "search", "rows", "moment"]);
  },

  async "is whole without its script"(browser) {
    const page = await open(browser, {javaScriptEnabled: false});
    const with_script = await open(browser, {});
    assert.strictEqual(await page.locator("#rows > li").count(), await with_script.locator("#rows > li").count());
    assert.ok(!(await page.locator("#moment").isVisible()));
    const push = rowOf(page, "redis LPUSH");
    assert.ok(!(await push.locator(".changes").isVisible()));
    await push.locator("summary").click();
    assert.match(await push.locator(".changes").innerText(), /queue:default/);
    assert.match(await page.locator(".story").innerText(), /a: lost/);
    await page.screenshot({path: path.join(folder, "without-script.png"), fullPage: true});
  },

  async "folds attempts that are all identical, and the time between them"(browser) {
    const page = await open(browser, {}, long);
    assert.match(await page.locator("#rows").innerText(), /\u00d7\d+, all identical/);
    assert.ok(await page.locator("#rows > li").count() < 120);
    assert.match(await page.locator("#rows").innerText(), /\d+ d \d+ h/);
    await page.focus("#rows");
    await press(page, "End");
    assert.match(await moment(page), /dead, in dead \u00b7 26 deliveries, 26 runs/);
    await page.screenshot({path: path.join(folder, "retries.png"), fullPage: true});
  },

  async "is readable by day"(browser) {
    const page = await open(browser, {colorScheme: "light"});
    await mustBeReadable(page);
    await page.screenshot({path: path.join(folder, "light.png")});
  },

  async "is readable in the dark"(browser) {
    const page = await open(browser, {colorScheme: "dark"});
    const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    assert.match(background, /rgb\((\d|[1-4]\d), /);
    await mustBeReadable(page);
    await page.screenshot({path: path.join(folder, "dark.png")});
  },

  async "prints without its tools, dark or not"(browser) {
    const page = await open(browser, {colorScheme: "dark"});
    await page.emulateMedia({media: "print"});
    assert.ok(!(await page.locator("#moment").isVisible()));
    assert.ok(!(await page.locator("#tools").isVisible()));
    assert.ok(await page.locator("#rows > li").last().isVisible());
    assert.strictEqual(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor), "rgb(255, 255, 255)");
    await page.screenshot({path: path.join(folder, "print.png"), fullPage: true});
    assert.ok((await page.pdf({path: path.join(folder, "print.pdf"), preferCSSPageSize: true})).length > 10000);
  },

  async "scrolls sideways within itself when it is narrow"(browser) {
    const page = await open(browser, {viewport: {width: 480, height: 900}});
    const [whole, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(whole <= seen, `${whole} of ${seen} pixels`);
    await page.screenshot({path: path.join(folder, "narrow.png")});
  },
};

(async () => {
  let failed = 0;
  const root = process.getuid() === 0; // whom Chromium gives no sandbox
  const browser = await chromium.launch({executablePath, args: root ? ["--no-sandbox"] : []});
  for (const [name, check] of Object.entries(cases)) {
    try {
      await check(browser);
      console.log("ok      " + name);
    } catch (error) {
      failed++;
      console.log("FAILED  " + name + ": " + error.message);
    }
    for (const context of browser.contexts()) await context.close();
  }
  await browser.close();
  console.log(`${Object.keys(cases).length - failed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed ? 1 : 0;
})();
