import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Change, field, problemsOf, shipped } from './schema-fixtures.ts';

const mistakes: [mistake: string, change: Change, problem: RegExp][] = [
  [
    'a text without a bound',
    (files) => delete field(files, shipped, 'carrier').maxLength,
    /OrderShipped\.avsc: field carrier: needs a "maxLength"/,
  ],
  [
    'a list without a bound',
    (files) => delete field(files, shipped, 'items').maxItems,
    /field items: needs a "maxItems"/,
  ],
  [
    'a list of texts without a bound for its items',
    (files) => delete field(files, 'ops/IncidentOpened.avsc', 'services').maxLength,
    /field services: needs a "maxLength"/,
  ],
  [
    'a map without bounds',
    (files) => {
      delete field(files, 'people/PreferenceUpdated.avsc', 'topics').maxEntries;
      delete field(files, 'people/PreferenceUpdated.avsc', 'topics').maxLength;
    },
    /field topics: needs a "maxEntries"/,
  ],
  [
    'a text of a shared type without a bound',
    (files) => delete field(files, 'chat/Customer.avsc', 'email').maxLength,
    /Customer\.avsc: field email: needs a "maxLength"/,
  ],
  [
    'a lower bound than an earlier version had',
    (files) => Object.assign(field(files, shipped, 'carrier'), { maxLength: 255 }),
    /is incompatible with version \d+: carrier had "maxLength": 256/,
  ],
];

for (const [mistake, change, problem] of mistakes) {
  test(`${mistake} fails the generation`, () => assert.match(problemsOf(change).join('\n'), problem));
}
