import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Registry } from 'prom-client';
import { createMetrics } from './metrics.ts';

it('a source is counted from 0 on, from when it is configured, so that its silence and its first refusal are seen', async () => {
  const registry = new Registry();
  const names = ['shop'];
  createMetrics({ registry, sources: () => names, bytesInFlight: () => 0 });
  assert.match(await registry.metrics(), /^ingest_received_total\{source="shop"\} 0$/m);
  names.push('cms');
  const text = await registry.metrics();
  for (const source of [...names, 'unknown']) {
    assert.ok(text.includes(`\ningest_received_total{source="${source}"} 0\n`), source);
    assert.ok(text.includes(`\ningest_rejected_total{source="${source}",reason="signature"} 0\n`), source);
  }
});
