import assert from 'node:assert/strict';
import { afterEach, before, describe, it } from 'node:test';
import { createTransport } from 'nodemailer';
import type { Locator } from 'playwright-core';
import { caller } from '../fixtures/calls.ts';
import { testPage } from '../fixtures/tested-page.ts';
import { systemNames } from './effect.ts';

const HOSTILE = '<script>document.title="owned"</script><img src=x onerror=\'document.title="owned"\'>';

describe('the controls of the page', () => {
  const tested = testPage({ width: 360 });
  before(async () => {
    await tested.live.page.locator('#faults > summary').press('Enter');
    await tested.live.page.locator('#refused > summary').press('Enter');
  });
  afterEach(() => tested.reset());

  const button = (name: string): Locator => tested.live.page.getByRole('button', { name, exact: true });
  const pressed = (name: string): Promise<void> =>
    tested.live.page.locator(`button[aria-label="${name}"][aria-pressed=true]`).waitFor();
  const state = (system: string, hasText: string): Promise<void> =>
    tested.live.page.locator(`#fault-systems [data-system=${system}] .state`, { hasText }).waitFor();
  const faults = async (): Promise<unknown> => (await caller(tested.sandbox)('GET', '/faults')).body;
  const refusal = (...texts: string[]): Locator =>
    texts.reduce((found, hasText) => found.filter({ hasText }), tested.live.page.locator('#refused-calls > li'));
  const createTicket = (ticket: object) =>
    caller(tested.sandbox, 'zendesk')('POST', '/api/v2/tickets.json', { ticket });

  it('offers every system, with a label for each button', async () => {
    for (const system of systemNames)
      await tested.live.page.locator(`#fault-systems [data-system=${system}]`).waitFor();
    const labels = await tested.live.page.locator('#fault-systems button').evaluateAll((buttons) =>
      // biome-ignore lint/suspicious/noExplicitAny: an element of the browser
      buttons.map((one: any) => one.getAttribute('aria-label')),
    );
    assert.equal(labels.length, systemNames.length * 4);
    assert.equal(new Set(labels).size, labels.length);
  });

  it('makes a system answer 503, hang or refuse credentials, one at a time, and work again', async () => {
    await button('Answer 503: Zendesk').press('Enter');
    await pressed('Answer 503: Zendesk');
    await state('zendesk', 'answers 503');
    assert.equal((await createTicket({ comment: { body: 'a' } })).status, 503);

    await button('Hang: Zendesk').press('Space');
    await pressed('Hang: Zendesk');
    await state('zendesk', 'hangs');
    assert.deepEqual(await faults(), [{ system: 'zendesk', latencyMs: 600_000 }]);

    await button('Refuse credentials: Zendesk').click();
    await state('zendesk', 'answers 401');
    const { status, body } = await createTicket({ comment: { body: 'a' } });
    assert.deepEqual([status, body.error], [401, "Couldn't authenticate you"]);
    await tested.live.page.locator('#fault-summary', { hasText: 'Failing: Zendesk' }).waitFor();

    await button('Clear: Zendesk').press('Enter');
    await state('zendesk', 'works');
    assert.deepEqual(await faults(), []);
    assert.equal((await createTicket({ comment: { body: 'a' } })).status, 201);
  });

  it('ends a fault when its button is pressed again, and leaves other systems alone', async () => {
    tested.sandbox.fault('jira', { status: 500 });
    await button('Answer 503: Freshdesk').click();
    await pressed('Answer 503: Freshdesk');
    await button('Answer 503: Freshdesk').click();
    await state('freshdesk', 'works');
    assert.deepEqual(await faults(), [{ system: 'jira', status: 500 }]);
  });

  it('sets only faults that the API of the system can answer with', async () => {
    const presets = tested.live.page.locator('#fault-systems button[aria-pressed]');
    for (let index = 0; index < (await presets.count()); index += 1) {
      await presets.nth(index).click();
      const label = (await presets.nth(index).getAttribute('aria-label')) ?? '';
      await pressed(label);
    }
    assert.equal(await tested.live.page.locator('#problem').textContent(), '');
    const slack = await caller(tested.sandbox, 'slack')('POST', '/api/auth.test');
    assert.deepEqual([slack.status, slack.body], [200, { ok: false, error: 'invalid_auth' }]);
  });

  it('shows faults that were set elsewhere, in words', async () => {
    tested.sandbox.fault('jira', { status: 429, retryAfter: 2, count: 3, method: 'POST' });
    tested.sandbox.fault('jira', { indexLagMs: 5_000 });
    tested.sandbox.fault('chat', { latencyMs: 1_500, rate: 0.1 });
    await state('jira', 'answers 429 (POST, 3 left), finds new records 5 s late');
    await state('chat', 'answers 1.5 s late (10 % of requests)');
  });

  it('lists the refused calls: system, method, path, status and why', async () => {
    await createTicket({ comment: { body: 'a' }, priority: 'highest' });
    await refusal('Zendesk', '422', 'POST /api/v2/tickets.json', 'priority: highest is not recognized').waitFor();
    await caller(tested.sandbox, 'jira')('POST', '/rest/api/3/issue', { fields: {} });
    await refusal('Jira', '400', 'summary: You must specify a summary of the issue.').waitFor();
    await caller(tested.sandbox, 'hubspot')('GET', '/crm/v3/objects/contacts/1', undefined, {
      authorization: 'Bearer wrong',
    });
    await refusal('HubSpot', '401', 'GET /crm/v3/objects/contacts/1', 'Authentication credentials').waitFor();
    tested.sandbox.fault('chat', { status: 503, count: 1 });
    await caller(tested.sandbox, 'chat')('POST', '/v1/messages', {});
    await refusal('Chat platform', '503', 'by a fault').waitFor();
    const mail = createTransport({ host: '127.0.0.1', port: tested.sandbox.smtpPort });
    await assert.rejects(mail.sendMail({ from: 'a@shop.example', to: 'bounce@shop.example', text: '' }));
    await refusal('E-mail', '550', 'RCPT bounce@shop.example', 'No such user here').waitFor();
    await tested.live.page.locator('#refused-total', { hasText: '5 refused calls' }).waitFor();
    assert.match((await tested.live.page.locator('#refused-calls > li').first().textContent()) ?? '', /E-mail/);
  });

  it('lists only the newest refused calls', async () => {
    for (let number = 1; number <= 60; number += 1) await caller(tested.sandbox, 'chat')('GET', `/v1/none/${number}`);
    await refusal('/v1/none/60').waitFor();
    assert.equal(await tested.live.page.locator('#refused-calls > li').count(), 50);
    assert.equal(await tested.live.page.locator('#refused-total').textContent(), '60 refused calls');
  });

  it('shows untrusted input in refused calls and faults as text, and cuts nothing off', async () => {
    await createTicket({ comment: { body: 'a' }, priority: `${HOSTILE}${'long'.repeat(500)}` });
    tested.sandbox.fault('slack', { error: HOSTILE, path: `/${HOSTILE}${'x'.repeat(100)}` });
    await refusal(HOSTILE).waitFor();
    await state('slack', HOSTILE);
    assert.equal(await tested.live.page.title(), 'Switchboard sandbox');
    assert.equal(await tested.live.page.locator('.tools script, .tools img').count(), 0);
    for (const width of [320, 1_440]) {
      await tested.live.page.setViewportSize({ width, height: 740 });
      const content = await tested.live.page.evaluate('document.documentElement.scrollWidth');
      assert.ok(Number(content) <= width, `${content} of ${width}`);
    }
    await tested.live.page.setViewportSize({ width: 360, height: 740 });
  });

  it('clears everything that was received, by keyboard, and leaves the faults in force', async () => {
    tested.sandbox.fault('jira', { status: 500 });
    await caller(tested.sandbox, 'chat')('POST', '/v1/messages', { user_id: 'u-1', message: 'hello' });
    await caller(tested.sandbox, 'jira')('GET', '/rest/api/3/issue/A-1');
    await tested.live.card('message', 'hello').waitFor();
    await refusal('Jira').waitFor();
    await button('Clear everything').press('Enter');
    await tested.live.card('message').waitFor({ state: 'detached' });
    await refusal().waitFor({ state: 'detached' });
    await tested.live.page.locator('#refused-total', { hasText: 'No refused calls' }).waitFor();
    assert.deepEqual(tested.sandbox.effects(), []);
    assert.deepEqual(await faults(), [{ system: 'jira', status: 500 }]);
  });

  it('says so when the sandbox does not answer', async () => {
    await tested.live.page.route('**/effects', (route) => route.abort());
    await button('Clear everything').click();
    await tested.live.page.locator('#problem', { hasText: 'The sandbox does not answer' }).waitFor();
    await tested.live.page.unroute('**/effects');
    // The browser itself logs the request that failed.
    assert.equal(tested.live.complaints.splice(0).length, 1);
    await button('Clear everything').click();
    await tested.live.page.locator('#problem:empty').waitFor({ state: 'attached' });
  });
});
