import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../fixtures/browser.ts';
import { caller } from '../fixtures/calls.ts';
import { type FakeServices, startFakeServices } from '../fixtures/fake-services.ts';
import { openLivePage } from '../fixtures/live-page.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

const HOSTILE = '<script>document.title="owned"</script><img src=x onerror=\'document.title="owned"\'>';

describe('the chat page', () => {
  let browser: Browser;
  let fake: FakeServices;
  let sandbox: Sandbox;
  let page: Page;
  let complaints: string[];

  before(async () => {
    [browser, fake] = [await launchBrowser(), await startFakeServices()];
    sandbox = await startSandbox({ services: fake.urls });
    ({ page, complaints } = await openLivePage(browser, `${sandbox.url}/chat`, { width: 360 }));
  });
  after(async () => {
    await browser?.close();
    await sandbox?.close();
    await fake?.[Symbol.asyncDispose]();
    assert.deepEqual(complaints, []);
  });
  afterEach(async () => {
    fake.reset();
    sandbox.reset();
    await page.locator('.entry').first().waitFor({ state: 'detached' });
  });

  const entry = (from: string, hasText: string, on = page): Locator => on.locator(`.entry.${from}`, { hasText });
  const write = async (text: string): Promise<void> => {
    await page.getByLabel('Your message').fill(text);
    await page.getByLabel('Your message').press('Enter');
  };
  const platform = (path: string, body: object) =>
    caller(sandbox, 'chat')('POST', path, { user_id: 'user-jane', ...body });

  it('shows a message, the answer of the bot, and what services send, as they arrive', async () => {
    fake.answer('/v1/actions/order-status', { status: 202, body: { runId: 'r' } });
    await write('Where is order 1001?');
    await entry('person', 'Where is order 1001?').waitFor();
    await entry('bot', 'the answer follows here').waitFor();
    await entry('bot', 'action order-status · 202').waitFor();
    assert.equal(await page.getByLabel('Your message').inputValue(), '');
    await platform('/v1/messages', { message: 'Order 1001 is shipped.' });
    await entry('platform', 'Order 1001 is shipped.').waitFor();
    await platform('/v1/dialogues', { node: 'order-delayed', variables: { days: 2 } });
    await entry('node', 'Dialogue order-delayed').waitFor();
    await entry('node', 'days').waitFor();
    const order = await page
      .locator('.entry')
      .evaluateAll((all) => all.map((one) => String(one.className).split(' ')[1]));
    assert.deepEqual(order, ['person', 'bot', 'platform', 'node']);
  });

  it('asks before a change, by buttons that an event does not take away', async () => {
    fake.answer('/v1/actions/cancel-subscription', ({ body }) =>
      body.confirm === 'token'
        ? { status: 200, body: { output: {}, reply: 'Your subscription is cancelled.' } }
        : { status: 409, body: { summary: 'Cancel the Team plan?', confirm: 'token' } },
    );
    await write('Cancel my subscription');
    const yes = page.getByRole('button', { name: 'Yes', exact: true });
    await yes.waitFor();
    await platform('/v1/messages', { message: 'News' });
    await entry('platform', 'News').waitFor();
    await yes.press('Enter');
    await entry('bot', 'Your subscription is cancelled.').waitFor();
    await yes.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate('document.activeElement.id'), 'text');
  });

  it('shows that the bot is about to answer', async () => {
    const { promise: asked, resolve: answer } = Promise.withResolvers<void>();
    fake.answer('/v1/actions/', async () => {
      await asked;
      return { status: 200, body: { output: {}, reply: 'At last.' } };
    });
    await write('Is my subscription still active?');
    await page.getByText('The bot is typing').waitFor({ state: 'attached' });
    await page.locator('#typing:not([hidden])').waitFor();
    answer();
    await entry('bot', 'At last.').waitFor();
    await page.locator('#typing').waitFor({ state: 'hidden' });
  });

  it('keeps the conversations of two people apart, and the choice in the address', async () => {
    await write('Hello');
    await entry('person', 'Hello').waitFor();
    await entry('bot', 'I can look up').waitFor();
    await page.getByText('Omar Haddad', { exact: true }).click();
    await page.locator('.entry').first().waitFor({ state: 'detached' });
    assert.match(page.url(), /\?person=user-omar$/);
    await write('Where is order 1001?');
    await entry('bot', 'I find no order 1001 of yours.').waitFor();
    await page.reload();
    await entry('bot', 'I find no order 1001 of yours.').waitFor();
    assert.equal(await page.getByLabel('Omar Haddad').isChecked(), true);
    await page.getByLabel('Omar Haddad').press('ArrowLeft');
    await entry('person', 'Hello').waitFor();
    assert.equal(await entry('bot', 'I find no order').count(), 0);
  });

  it('shows one conversation in all its windows', async () => {
    const { page: other } = await openLivePage(browser, `${sandbox.url}/chat`);
    await write('Hello');
    await entry('person', 'Hello', other).waitFor();
    await other.close();
  });

  it('shows untrusted input as text, runs none of it, and needs no sideways scrolling', async () => {
    fake.answer('/v1/actions/', { status: 200, body: { output: {}, reply: `${HOSTILE}${'long'.repeat(500)}` } });
    await write(HOSTILE);
    await entry('person', HOSTILE).waitFor();
    await write('Where is order 1001?');
    await entry('bot', HOSTILE).waitFor();
    await platform('/v1/messages', { message: `${HOSTILE}\u202eمرحبا 👩‍👩‍👧‍👦 ${'long'.repeat(25_000)}` });
    await platform('/v1/dialogues', { node: HOSTILE, variables: { [HOSTILE]: { [HOSTILE]: HOSTILE } } });
    await entry('platform', 'more characters').waitFor();
    await entry('node', HOSTILE).waitFor();
    assert.equal(await page.title(), 'Chat · Switchboard sandbox');
    assert.equal(await page.locator('.entry script, .entry img, .entry a').count(), 0);
    for (const width of [320, 360, 768, 1_440]) {
      await page.setViewportSize({ width, height: 740 });
      const content = await page.evaluate(
        'Math.max(document.documentElement.scrollWidth, document.querySelector("#scroller").scrollWidth)',
      );
      assert.ok(Number(content) <= width, `${content} of ${width}`);
    }
    await page.setViewportSize({ width: 360, height: 740 });
  });

  it('keeps a message that was not sent, and says why', async () => {
    await page.route('**/chat-page/messages', (route) => route.abort());
    await write('Hello');
    await page.getByRole('alert').filter({ hasText: 'The sandbox does not answer' }).waitFor();
    assert.equal(await page.getByLabel('Your message').inputValue(), 'Hello');
    await page.unroute('**/chat-page/messages');
    // The browser itself logs the request that failed.
    assert.equal(complaints.splice(0).length, 1);
    await page.getByRole('button', { name: 'Send' }).click();
    await entry('person', 'Hello').waitFor();
    await page.locator('#problem:empty').waitFor({ state: 'attached' });
  });

  it('names every control, announces new messages, and has a heading', async () => {
    await page.getByRole('log', { name: 'Messages of the conversation' }).waitFor({ state: 'attached' });
    await page.locator('#entries[aria-live=polite]').waitFor({ state: 'attached' });
    await page.getByRole('heading', { level: 1, name: 'Chat' }).waitFor();
    await page.getByRole('group', { name: 'You are' }).waitFor();
    const unnamed = await page.evaluate(`[...document.querySelectorAll('button:not([hidden]), input, a')]
      .filter((one) => !(one.labels?.length || one.textContent.trim())).length`);
    assert.equal(unnamed, 0);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has texts with enough contrast in the ${colorScheme} scheme`, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await write('Hello');
      await entry('bot', 'I can look up').waitFor();
      await platform('/v1/messages', { message: 'News' });
      await platform('/v1/dialogues', { node: 'a', variables: { b: 'c' } });
      await entry('node', 'Dialogue').waitFor();
      const weak = await page.evaluate(`(${contrastsBelow})(4.5)`);
      assert.deepEqual(weak, []);
    });
  }

  it('loads nothing from elsewhere', async () => {
    const origins = new Set<string>();
    const fresh = await browser.newPage();
    fresh.on('request', (request) => origins.add(new URL(request.url()).origin));
    const answer = await fresh.goto(`${sandbox.url}/chat`);
    await fresh.locator('#connection[data-state=live]').waitFor();
    await fresh.close();
    assert.deepEqual([...origins], [sandbox.url]);
    assert.match(answer?.headers()['content-security-policy'] ?? '', /default-src 'none'.*require-trusted-types-for/);
  });

  it('is linked from the page of the records', async () => {
    const { page: records } = await openLivePage(browser, sandbox.url);
    await records.getByRole('link', { name: 'Open the chat' }).click();
    await records.getByLabel('Your message').waitFor();
    await records.close();
  });
});

/** Runs in the browser. @returns the elements whose text has less contrast to its ground than this */
const contrastsBelow = `(least) => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const linear = [r, g, b].map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const groundOf = (one) => {
    for (let at = one; at !== null; at = at.parentElement) {
      const ground = numbers(getComputedStyle(at).backgroundColor);
      if (ground[3] !== 0) return ground;
    }
    return [255, 255, 255];
  };
  const hasText = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
  return [...document.querySelectorAll('body *')].filter((one) => hasText(one) && one.checkVisibility()).flatMap((one) => {
    const [light, dark] = [luminance(numbers(getComputedStyle(one).color)), luminance(groundOf(one))].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    return contrast < least ? [one.tagName + '.' + one.className + ' ' + contrast.toFixed(2)] : [];
  });
}`;
