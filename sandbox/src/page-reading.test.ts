import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { caller } from '../fixtures/calls.ts';
import { openLivePage } from '../fixtures/live-page.ts';
import { testPage } from '../fixtures/tested-page.ts';

const AT = '2026-01-15T22:30:05.000Z';
/** Long enough to fold on a phone, short enough to show whole on a wide screen. */
const NOTE = Array.from({ length: 7 }, (_, index) => `Line ${index + 1} of a note of some length.`);

describe('texts on the page', () => {
  const tested = testPage({ locale: 'en-GB', timezoneId: 'Asia/Tokyo' });
  beforeEach(() => tested.reset());

  const folds = (): Locator => tested.live.card('contact').locator('.notes details');

  async function noteOnContact(html: string): Promise<void> {
    const hubspot = caller(tested.sandbox, 'hubspot');
    const properties = { firstname: 'Jane', last_chatbot_interaction: AT };
    const { body } = await hubspot('POST', '/crm/v3/objects/contacts', { properties });
    await hubspot('POST', '/crm/v3/objects/notes', {
      properties: { hs_timestamp: AT, hs_note_body: html },
      associations: [
        { to: { id: body.id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] },
      ],
    });
    await tested.live.card('contact', '1 note').waitFor();
  }

  it('folds long notes on a phone until they are tapped, and shows them whole on a wide screen', async () => {
    const phone = await openLivePage(tested.browser, tested.sandbox.url, { width: 360, hasTouch: true });
    await noteOnContact(`<p>${NOTE.join('<br>')}</p>`);
    const note = phone.card('contact', '1 note').locator('.notes');
    await note.locator('.preview', { hasText: 'Line 3' }).waitFor();
    assert.equal(await note.getByText('Line 7').isVisible(), false);
    await note.locator('summary').tap();
    await note.getByText('Line 7').waitFor();

    await tested.live.card('contact', 'Line 7').waitFor();
    assert.equal(await folds().count(), 0);
    await tested.live.page.setViewportSize({ width: 360, height: 740 });
    await folds().waitFor();
    await tested.live.page.setViewportSize({ width: 1_280, height: 740 });
    await folds().waitFor({ state: 'detached' });
    assert.deepEqual(phone.complaints, []);
    await phone.page.close();
  });

  it('unfolds by keyboard, and stays unfolded when the screen is turned', async () => {
    await noteOnContact(`<p>${NOTE.join('<br>').repeat(3)}</p>`);
    await folds().locator('summary').press('Enter');
    await tested.live.page.setViewportSize({ width: 360, height: 740 });
    await tested.live.card('contact').locator('details[open]').waitFor();
    await tested.live.page.setViewportSize({ width: 1_280, height: 740 });
  });

  it('shows times in the time zone of the viewer, with the ISO time as title', async () => {
    await noteOnContact('hello');
    const value = tested.live.card('contact').locator('dd time');
    assert.equal(await value.getAttribute('title'), AT);
    assert.match((await value.textContent()) ?? '', /^16 Jan 2026.*07:30:05$/);
    for (const time of await tested.live.card('contact').locator('.source time, .notes time').all()) {
      const iso = (await time.getAttribute('title')) ?? '';
      assert.ok(Math.abs(Date.parse(iso) - Date.now()) < 600_000, iso);
      const hour = new Date(iso).toLocaleTimeString('en-GB', { timeZone: 'Asia/Tokyo' });
      assert.equal(await time.textContent(), hour);
    }
  });

  it('names the custom fields of each system as its users do', async () => {
    const custom = [9001, 9002, 9003, 9004, 77].map((id) => ({ id, value: `value ${id}` }));
    await caller(tested.sandbox, 'zendesk')('POST', '/api/v2/tickets.json', {
      ticket: { subject: 'zendesk', comment: { body: 'a' }, custom_fields: custom },
    });
    await caller(tested.sandbox, 'freshdesk')('POST', '/api/v2/tickets', {
      subject: 'freshdesk',
      description: 'a',
      email: 'jane@shop.example',
      status: 2,
      priority: 1,
      custom_fields: { cf_conversation_id: 'conv-1' },
    });
    const labels = async (subject: string): Promise<string[]> => {
      await tested.live.card('ticket', subject).waitFor();
      return tested.live.card('ticket', subject).locator('dt').allTextContents();
    };
    assert.deepEqual(await labels('zendesk'), [
      'Conversation ID',
      'Escalation reason',
      'AI confidence',
      'Session duration (s)',
      'Field 77',
    ]);
    assert.deepEqual(await labels('freshdesk'), ['requester', 'conversation id']);
  });

  it('shows the HTML of notes, tickets and articles, and the markup of Slack, as their readers see them', async () => {
    const html = '<div title="1 > 0"><mark>Summary</mark>: a &amp; b<!-- none --></div>';
    await noteOnContact(html);
    await caller(tested.sandbox, 'zendesk')('POST', '/api/v2/tickets.json', {
      ticket: { comment: { html_body: html } },
    });
    await caller(tested.sandbox, 'chat')('PUT', '/v1/knowledge/documents/a', { title: 'An article', content: html });
    const text = '*Escalation* &lt;b&gt; <https://shop.example/1|the ticket>, <!here>';
    await caller(tested.sandbox, 'slack')('POST', '/api/chat.postMessage', { channel: '#agents', text });
    for (const kind of ['contact', 'ticket', 'document']) {
      await tested.live
        .card(kind)
        .locator('.text', { hasText: /^Summary: a & b$/ })
        .waitFor();
    }
    await tested.live
      .card('message')
      .locator('.text', { hasText: /^Escalation <b> the ticket, @here$/ })
      .waitFor();
  });
});
