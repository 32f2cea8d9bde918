import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { launchBrowser } from '@switchboard/sandbox/fixtures/browser';
import Fastify from 'fastify';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { registerBareIngest } from './fixtures/bare-ingest.ts';

let browser: Browser;
let url: string;
const http = Fastify();

before(async () => {
  registerBareIngest(http);
  url = `${await http.listen({ host: '127.0.0.1', port: 0 })}/catalogue`;
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await http.close();
});

/** Opens the page; fails if the browser refuses a part of it. */
async function look(options: BrowserContextOptions) {
  const page = await browser.newPage(options);
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  await page.goto(url);
  await page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true");
  const looks = await page.evaluate(
    '({ ...getComputedStyle(document.body), spill: document.documentElement.scrollWidth - innerWidth })',
  );
  await page.close();
  assert.deepEqual(complaints, []);
  return looks as { backgroundColor: string; color: string; spill: number };
}

it('the browser applies the style sheet, light and dark', async () => {
  const light = await look({ colorScheme: 'light' });
  const dark = await look({ colorScheme: 'dark' });
  assert.deepEqual([light.backgroundColor, dark.backgroundColor], ['rgb(255, 255, 255)', 'rgb(20, 23, 27)']);
  assert.notEqual(light.color, dark.color);
});

it('the page fits a phone, with everything open', async () => {
  const { spill } = await look({ viewport: { width: 360, height: 740 }, hasTouch: true });
  assert.ok(spill <= 0, `${spill} px too wide`);
});
