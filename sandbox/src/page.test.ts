import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { createTransport } from 'nodemailer';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../fixtures/browser.ts';
import { caller } from '../fixtures/calls.ts';
import { type LivePage, openLivePage } from '../fixtures/live-page.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

interface Box {
  scrollWidth: number;
  clientWidth: number;
}

/** The globals of the page. */
interface BrowserWindow {
  document: { documentElement: Box; querySelectorAll(selector: string): Iterable<Box> };
  innerWidth: number;
}

const HOSTILE = '<script>document.title="owned"</script><img src=x onerror=\'document.title="owned"\'>';

describe('the page', () => {
  let browser: Browser;
  let sandbox: Sandbox;
  let page: Page;
  let complaints: LivePage['complaints'];
  let card: LivePage['card'];
  let isEmpty: LivePage['isEmpty'];

  before(async () => {
    browser = await launchBrowser();
    sandbox = await startSandbox();
    ({ page, complaints, card, isEmpty } = await openLivePage(browser, sandbox.url, { width: 360 }));
  });
  after(async () => {
    await browser?.close();
    await sandbox?.close();
  });
  afterEach(async () => {
    sandbox.reset();
    await isEmpty();
  });

  const isLive = (on: Page): Promise<void> => on.locator('#connection[data-state=live]').waitFor();
  async function sendHostile(): Promise<void> {
    const chat = caller(sandbox, 'chat');
    await chat('POST', '/v1/messages', {
      user_id: HOSTILE,
      message: `${HOSTILE}\u202eمرحبا 👩‍👩‍👧‍👦 ${'long'.repeat(25_000)}`,
    });
    await chat('PUT', '/v1/knowledge/documents/d', { title: HOSTILE, content: HOSTILE, url: `javascript:${HOSTILE}` });
    const properties = { firstname: HOSTILE, company: HOSTILE.repeat(50) };
    await caller(sandbox, 'hubspot')('POST', '/crm/v3/objects/contacts/batch/upsert', {
      inputs: [{ idProperty: 'email', id: 'jane@shop.example', properties }],
    });
    await caller(sandbox, 'zendesk')('POST', '/api/v2/tickets.json', {
      ticket: {
        subject: HOSTILE,
        comment: { body: 'nospace'.repeat(14_000).slice(0, 65_000) },
        tags: [HOSTILE],
        custom_fields: [{ id: 9001, value: HOSTILE }],
      },
    });
    await sendHostileNotes();
  }

  /** Sends HTML to all places that accept HTML or markup. */
  async function sendHostileNotes(): Promise<void> {
    const html = `<p title="${HOSTILE.replaceAll('"', '')}">${HOSTILE}</p><b onclick='document.title="owned"'>b</b>`;
    const hubspot = caller(sandbox, 'hubspot');
    const { body } = await hubspot('POST', '/crm/v3/objects/contacts', { properties: { firstname: HOSTILE } });
    await hubspot('POST', '/crm/v3/objects/notes', {
      properties: { hs_timestamp: new Date().toISOString(), hs_note_body: html },
      associations: [
        { to: { id: body.id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] },
      ],
    });
    const ticket = { subject: HOSTILE, description: html, email: 'jane@shop.example', status: 2, priority: 1 };
    const custom = { custom_fields: { [`cf_${HOSTILE}`]: HOSTILE } };
    await caller(sandbox, 'freshdesk')('POST', '/api/v2/tickets', { ...ticket, ...custom });
    await caller(sandbox, 'slack')('POST', '/api/chat.postMessage', { channel: '#agents', text: html });
    await caller(sandbox, 'webhook')('POST', '/a', html, { 'content-type': 'text/plain' });
  }

  it('shows a contact, and the notes on it, as they arrive', async () => {
    const hubspot = caller(sandbox, 'hubspot');
    const inputs = [
      { idProperty: 'email', id: 'jane@shop.example', properties: { firstname: 'Jane', lastname: 'Doe' } },
    ];
    const { body } = await hubspot('POST', '/crm/v3/objects/contacts/batch/upsert', { inputs });
    await card('contact', 'Jane Doe', 'jane@shop.example', 'HubSpot').waitFor();
    await hubspot('POST', '/crm/v3/objects/notes', {
      properties: {
        hs_timestamp: new Date().toISOString(),
        hs_note_body: '<p>Wants a <b>refund</b> &amp; an answer</p>',
      },
      associations: [
        { to: { id: body.results[0].id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] },
      ],
    });
    await card('contact', '1 note', 'Wants a refund & an answer').waitFor();
    assert.equal(await page.locator('#contact-total').textContent(), '1');
  });

  it('shows a ticket as it arrives, with what an agent adds to it', async () => {
    const zendesk = caller(sandbox, 'zendesk');
    const ticket = { subject: '[Chatbot Escalation] refund', comment: { body: 'the transcript' }, priority: 'high' };
    const { body } = await zendesk('POST', '/api/v2/tickets.json', { ticket });
    await card('ticket', '[Chatbot Escalation] refund', 'high', 'the transcript', 'Zendesk').waitFor();
    await zendesk('PUT', `/api/v2/tickets/${body.ticket.id}.json`, { ticket: { comment: { body: 'it is resolved' } } });
    await card('ticket', '1 note', 'it is resolved').waitFor();
  });

  it('shows a document until it is deleted', async () => {
    const chat = caller(sandbox, 'chat');
    await chat('PUT', '/v1/knowledge/documents/a-1', { title: 'How to return', content: 'Within 30 days' });
    await card('document', 'How to return', 'Within 30 days').waitFor();
    await chat('PUT', '/v1/knowledge/documents/a-1', { title: 'How to return', content: 'Within 14 days' });
    await card('document', 'Within 14 days').waitFor();
    assert.equal(await card('document').count(), 1);
    await chat('DELETE', '/v1/knowledge/documents/a-1');
    await card('document').waitFor({ state: 'detached' });
  });

  it('shows messages of chat, Slack, mail and webhooks as they arrive', async () => {
    await caller(sandbox, 'chat')('POST', '/v1/messages', { user_id: 'u-1', message: 'It was shipped' });
    await caller(sandbox, 'slack')('POST', '/api/chat.postMessage', { channel: '#agents', text: 'An escalation' });
    await caller(sandbox, 'webhook')('POST', '/incidents', { severity: 'high' });
    const mail = createTransport({ host: '127.0.0.1', port: sandbox.smtpPort });
    await mail.sendMail({ from: 'news@shop.example', to: 'jane@shop.example', subject: 'Shipped', text: 'Hello' });
    await card('message', 'Chat platform', 'u-1', 'It was shipped').waitFor();
    await card('message', 'Slack', '#agents', 'An escalation').waitFor();
    await card('message', 'Webhook', 'POST /incidents', 'severity').waitFor();
    await card('message', 'E-mail', 'Shipped', 'jane@shop.example').waitFor();
  });

  it('shows untrusted input as text and runs none of it', async () => {
    await sendHostile();
    for (const kind of ['message', 'document', 'contact', 'ticket']) await card(kind, HOSTILE).first().waitFor();
    await card('message', 'more characters').waitFor();
    await card('contact', '1 note', HOSTILE).waitFor();
    await card('ticket', 'Freshdesk', HOSTILE).waitFor();
    assert.equal(await page.title(), 'Switchboard sandbox');
    assert.equal(await page.locator('.card script, .card img, .card a').count(), 0);
  });

  for (const width of [320, 360, 768, 1_440]) {
    it(`needs no sideways scrolling at a width of ${width}, and cuts nothing off, for any input`, async () => {
      await page.setViewportSize({ width, height: 740 });
      await sendHostile();
      await card('message', 'Webhook', HOSTILE).waitFor();
      for (const fold of await page.locator('.card summary').all()) await fold.click();
      const widths = await page.evaluate(() => {
        const { document, innerWidth } = globalThis as unknown as BrowserWindow;
        const cards = [...document.querySelectorAll('.card')].map(
          (card) => [card.scrollWidth, card.clientWidth] as const,
        );
        return [[document.documentElement.scrollWidth, innerWidth] as const, ...cards];
      });
      for (const [content, visible] of widths) assert.ok(content <= visible, `${content} of ${visible}`);
    });
  }

  it('shows the newest first, and at most 100', async () => {
    const chat = caller(sandbox, 'chat');
    for (let number = 1; number <= 130; number += 1) {
      await chat('POST', '/v1/messages', { user_id: 'u-1', message: `message ${number}.` });
    }
    await card('message', 'message 130.').waitFor();
    assert.equal(await card('message').count(), 100);
    assert.match((await card('message').first().textContent()) ?? '', /message 130\./);
    assert.equal(await page.locator('#message-total').textContent(), '130');
  });

  it('keeps a text unfolded when its card changes', async () => {
    const zendesk = caller(sandbox, 'zendesk');
    const ticket = { subject: 'long', comment: { body: 'line\n'.repeat(50) } };
    const { body } = await zendesk('POST', '/api/v2/tickets.json', { ticket });
    await card('ticket').locator('summary').click();
    await zendesk('PUT', `/api/v2/tickets/${body.ticket.id}.json`, { ticket: { status: 'solved' } });
    await card('ticket', 'solved').waitFor();
    assert.equal(await card('ticket').locator('details[open]').count(), 1);
  });

  it('is empty again after DELETE /effects', async () => {
    await caller(sandbox, 'chat')('POST', '/v1/messages', { user_id: 'u-1', message: 'hello' });
    await card('message', 'hello').waitFor();
    await caller(sandbox)('DELETE', '/effects');
    await card('message').waitFor({ state: 'detached' });
    assert.equal(await page.locator('#message-total').textContent(), '0');
  });

  it('loads nothing from elsewhere, and logs no error', async () => {
    const origins = new Set<string>();
    const fresh = await browser.newPage();
    fresh.on('request', (request) => origins.add(new URL(request.url()).origin));
    await fresh.goto(sandbox.url);
    await isLive(fresh);
    await fresh.close();
    assert.deepEqual([...origins], [sandbox.url]);
    assert.deepEqual(complaints, []);
  });

  it('says that the connection is lost, and reconnects when the server is back', async () => {
    const { port } = new URL(sandbox.url);
    await caller(sandbox, 'chat')('POST', '/v1/messages', { user_id: 'u-1', message: 'before' });
    await card('message', 'before').waitFor();
    await sandbox.close();
    await page.locator('#connection[data-state=lost]').waitFor();
    sandbox = await startSandbox({ port: Number(port) });
    await caller(sandbox, 'chat')('POST', '/v1/messages', { user_id: 'u-1', message: 'after' });
    await card('message', 'after').waitFor();
    await isLive(page);
    assert.equal(await card('message', 'before').count(), 0);
  });
});
