import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type AnyEvent, catalogue, readFields } from '@switchboard/events';
import { ConfigError } from '@switchboard/service';
import { notifiedTypes } from '../notifications.ts';
import { readTemplates } from './templates.ts';

const folder = fileURLToPath(new URL('../../templates', import.meta.url));
const shipped = readTemplates(folder, notifiedTypes, 'en');
const reader = { locale: undefined, timeZone: 'Europe/Berlin' };

function eventOf(type: keyof typeof catalogue, change: object = {}): AnyEvent {
  const read = readFields(type, { ...catalogue[type].example, ...change });
  assert.ok('fields' in read, JSON.stringify(read));
  const meta = { id: 'e-1', type, source: 'test', tenant: 'acme', occurredAt: 0, receivedAt: 0, extra: null };
  return { meta, ...read.fields } as unknown as AnyEvent;
}

/** Templates as files of a folder. */
function templatesOf(files: Record<string, string>, defaultLocale = 'en') {
  const scratch = mkdtempSync(join(tmpdir(), 'templates-'));
  for (const [name, content] of Object.entries({ 'en/digest.txt': 'News\n\n{{count}} news', ...files })) {
    mkdirSync(dirname(join(scratch, name)), { recursive: true });
    writeFileSync(join(scratch, name), content);
  }
  return readTemplates(scratch, ['order.shipped'], defaultLocale);
}

describe('the templates that come with the service', () => {
  for (const type of notifiedTypes) {
    for (const locale of ['en', 'de']) {
      it(`tell of a ${type} in ${locale}`, () => {
        assert.ok(existsSync(join(folder, locale, `${type}.txt`)));
        const values = shipped.valuesOf(eventOf(type));
        const { title, text } = shipped.render(type, 'chat', values, { ...reader, locale });
        assert.match(`${title}\n${text}`, /\S/);
        assert.doesNotMatch(`${title}\n${text}`, /[{}]|undefined|null/);
      });
    }
  }

  it('name the tracking number, and show times on the clock of the reader', () => {
    const values = shipped.valuesOf(eventOf('order.shipped', { estimatedDelivery: '2026-01-14T23:30:00Z' }));
    const { text } = shipped.render('order.shipped', 'chat', values, { locale: 'de-AT', timeZone: 'Europe/Vienna' });
    assert.match(text, /^Sendungsnummer: 1Z999AA10123456784$/m);
    assert.match(text, /^Voraussichtlich da: 15\. Jänner 2026$/m);
  });

  const dateFor = (estimatedDelivery: string, locale: string, timeZone: string): string | undefined => {
    const values = shipped.valuesOf(eventOf('order.shipped', { estimatedDelivery }));
    const { text } = shipped.render('order.shipped', 'chat', values, { locale, timeZone });
    return /^(?:Expected|Voraussichtlich da): (.*)$/m.exec(text)?.[1];
  };

  it('show a date without a time as that day everywhere', () => {
    for (const zone of ['UTC', 'America/Los_Angeles', 'Pacific/Kiritimati', '-23:59'])
      assert.equal(dateFor('2026-01-15T00:00:00Z', 'en', zone), 'January 15, 2026', zone);
    assert.equal(dateFor('2026-01-15T00:00:01Z', 'en', 'America/Los_Angeles'), 'January 14, 2026');
  });

  it('show the time of day and the time zone of a maintenance', () => {
    const textOf = (startsAt: string, locale: string, timeZone: string | undefined): string => {
      const values = shipped.valuesOf(eventOf('maintenance.scheduled', { startsAt }));
      return shipped.render('maintenance.scheduled', 'chat', values, { locale, timeZone }).text;
    };
    const atNight = '2026-01-18T22:00:00Z';
    assert.match(textOf(atNight, 'en-GB', 'Europe/Berlin'), /^Start: 18 January 2026 at 23:00 CET$/m);
    assert.match(textOf(atNight, 'de', 'Europe/Berlin'), /^Beginn: 18\. Januar 2026 um 23:00 MEZ$/m);
    assert.match(textOf('2026-01-19T00:00:00Z', 'en-GB', 'Europe/Berlin'), /^Start: 19 January 2026 at 01:00 CET$/m);
    assert.match(textOf(atNight, 'en-GB', undefined), /^Start: 18 January 2026 at 22:00 UTC$/m);
  });

  it('show dates as the reader writes them, in the language of the text', () => {
    const written: Record<string, string> = {
      'en-GB': '15 January 2026',
      en_gb: '15 January 2026',
      'de-AT': '15. Jänner 2026',
      'fr-FR': 'January 15, 2026',
      'en-': 'January 15, 2026',
    };
    for (const [locale, date] of Object.entries(written))
      assert.equal(dateFor('2026-01-15T00:00:00Z', locale, 'UTC'), date, locale);
  });

  it('leave out the line of a field that the event does not have', () => {
    const event = eventOf('order.shipped', { trackingNumber: null, orderNumber: null });
    const { title, text } = shipped.render('order.shipped', 'chat', shipped.valuesOf(event), reader);
    assert.equal(title, 'Your order order-1001 is on its way');
    assert.doesNotMatch(text, /Tracking number/);
  });
});

describe('a locale', () => {
  const files = {
    'en/order.shipped.txt': 'en\n\nenglish {{orderId}}',
    'en/order.shipped.slack.txt': 'en\n\nslack {{orderId}}',
    'de/order.shipped.txt': 'de\n\ndeutsch {{orderId}}',
    'de-AT/order.shipped.email.txt': 'de-AT\n\nMail {{orderId}}',
  };
  const templates = templatesOf(files);
  const titleFor = (locale: string | undefined, channel: 'chat' | 'email' | 'slack' = 'chat'): string =>
    templates.render('order.shipped', channel, { orderId: '1' }, { locale, timeZone: undefined }).text;

  it('falls back to its language, and to the default', () => {
    assert.equal(titleFor('de-CH'), 'deutsch 1');
    assert.equal(titleFor('DE_at'), 'deutsch 1');
    assert.equal(titleFor('de-AT', 'email'), 'Mail 1');
    assert.equal(titleFor('fr-FR'), 'english 1');
    assert.equal(titleFor(undefined), 'english 1');
  });

  it('may have a text of its own for a channel', () => {
    assert.equal(titleFor('en-GB', 'slack'), 'slack 1');
    assert.equal(titleFor('de', 'slack'), 'deutsch 1');
  });
});

describe('the service does not start with', () => {
  const CASES: Record<string, [files: Record<string, string>, problem: RegExp]> = {
    'a field that the event does not have': [
      { 'en/order.shipped.txt': 'a\n\n{{trackingNumer}}' },
      /en\/order\.shipped\.txt: order\.shipped has no field trackingNumer/,
    ],
    'a field that cannot be shown': [{ 'en/order.shipped.txt': 'a\n\n{{items}}' }, /no field items/],
    'the minute of what is no time': [{ 'en/order.shipped.txt': 'a\n\n{{carrier:minute}}' }, /no field carrier:minute/],
    'a field of the prototype': [{ 'en/order.shipped.txt': 'a\n\n{{constructor}}' }, /no field constructor/],
    'a title that may have no value': [{ 'en/order.shipped.txt': '{{carrier}}\n\nb' }, /the title needs fields/],
    'no text': [{ 'en/order.shipped.txt': 'a' }, /a title and a text/],
    'a template of another event type': [
      { 'en/order.lost.txt': 'a\n\nb' },
      /order\.lost\.txt: not the name of a notified event type/,
    ],
    'no template in the default locale': [{ 'de/order.shipped.txt': 'a\n\nb' }, /en\/order\.shipped\.txt is missing/],
    'a folder whose name is not a locale': [{ 'x/order.shipped.txt': 'a\n\nb' }, /x: not a locale/],
  };
  for (const [what, [files, problem]] of Object.entries(CASES)) {
    it(what, () =>
      assert.throws(
        () => templatesOf(files),
        (error) => error instanceof ConfigError && problem.test(error.message),
      ),
    );
  }
});

describe('a value', () => {
  const { valuesOf, render } = templatesOf({ 'en/order.shipped.txt': 'A parcel\n\n{{carrier}}' });
  const shown = (carrier: string, channel: 'chat' | 'slack' | 'email' = 'chat'): string =>
    render('order.shipped', channel, valuesOf({ ...eventOf('order.shipped'), carrier } as AnyEvent), reader).text;

  it('is no markup of Slack', () => {
    assert.equal(
      shown('<!channel> & <@U1> <https://evil.example|shop>', 'slack'),
      '&lt;!channel&gt; &amp; &lt;@U1&gt; &lt;https://evil.example|shop&gt;',
    );
  });

  it('is no template', () => assert.equal(shown('{{orderId}}'), '{{orderId}}'));

  it('stays on its line, without control characters', () => {
    assert.equal(shown('a\r\nSubject: b\u0000\u0007\u2028c\u0085d'), 'a Subject: b c d');
  });

  it('cannot turn the direction of what follows it, and may be written from right to left', () => {
    assert.equal(shown('\u202Eevil\u2066 שלום'), 'evil שלום');
  });

  it('is well-formed, and shortened between characters', () => {
    const long = shown('👩🏽‍🚀'.repeat(100_000));
    assert.ok([...long].length === 1_000 && long.isWellFormed() && long.endsWith('…'));
  });

  it('that is nothing but blanks is none', () => assert.equal(shown(' \u0000\n'), ''));
});
