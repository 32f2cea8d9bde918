import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentWith, removalWith } from '../../fixtures/document.ts';
import { EVERY_LOCALE } from './revision.ts';

describe('the document of an article', () => {
  it('has an event time no later than when it was received, whatever clock the sender has', () => {
    const [now, year2099] = [Date.UTC(2026, 0), Date.UTC(2099, 0)];
    for (const make of [documentWith, removalWith]) {
      assert.equal(make({ occurredAt: year2099, receivedAt: now }).revision.occurredAt, now);
      assert.equal(make({ occurredAt: now - 1, receivedAt: now }).revision.occurredAt, now - 1);
    }
  });

  it('ignores an update time more than a day ahead', () => {
    const now = Date.UTC(2026, 0);
    const ahead = (ms: number) => documentWith({ occurredAt: now, updatedAt: now + ms }).revision.updatedAt;
    assert.equal(ahead(86_400_000), now + 86_400_000);
    assert.equal(ahead(86_400_001), null);
  });

  it('has no locale if the article is for all locales', () => {
    for (const locale of ['*', ' * ', '\0*']) {
      assert.equal(documentWith({ locale }).locale, '');
      assert.equal(removalWith({ locale }).locale, EVERY_LOCALE);
    }
  });
});
