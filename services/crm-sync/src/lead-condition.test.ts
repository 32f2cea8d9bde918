import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lead } from '../fixtures/events.ts';
import { readLeadCondition } from './lead-condition.ts';

const event = (fields: object) => ({ ...lead({ id: '1', score: null, messageCount: null }), ...fields });

describe('the condition of leads', () => {
  for (const [text, fields, expected] of [
    [undefined, {}, true],
    ['event.score >= 50.0', { score: 50 }, true],
    ['event.score >= 50.0', { score: 49.5 }, false],
    ['event.score >= 50.0', {}, false],
    ['event.meta.source == "chat" && has(event.email)', {}, true],
    ['event.messageCount > 3', { messageCount: 4 }, true],
    ['event.consent == true', { consent: null }, false],
  ] as const) {
    it(`${text} is ${expected} for ${JSON.stringify(fields)}`, () => {
      assert.equal(readLeadCondition(text)(event(fields)), expected);
    });
  }

  for (const [text, problem] of [
    ['event.scor > 5.0', /LEAD_CONDITION cannot be used: .*scor/],
    ['event.score +', /LEAD_CONDITION cannot be used/],
    ['event.score', /must be true or false, but is of type double/],
    ['event.score == "high"', /LEAD_CONDITION cannot be used/],
  ] as const) {
    it(`${text} is refused at the start`, () => {
      assert.throws(() => readLeadCondition(text), { name: 'ConfigError', message: problem });
    });
  }
});
