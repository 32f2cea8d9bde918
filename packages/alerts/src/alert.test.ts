import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { type AlertKind, textOf, WORDINGS } from './alert.ts';

const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
const anchors = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase());

for (const kind of Object.keys(WORDINGS) as AlertKind[]) {
  it(`an alert of the kind ${kind} links to a section that the runbook has`, () => {
    const first = { kind, code: 'FAILED', about: 'zendesk', service: 'ticketing' };
    const { runbook: link } = textOf(
      { kind, counts: new Map([['ticketing FAILED', 1]]), first },
      'https://wiki.example',
    );
    assert.ok(anchors.includes(link.replace('https://wiki.example#', '')), link);
  });
}
