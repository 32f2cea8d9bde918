import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SystemName } from '@switchboard/sandbox';
import { until } from '@switchboard/stack/until';
import type { Installation } from './installation.ts';

/** A payload in its sender's format, and the effects that it must have. */
interface Story {
  note: string;
  steps: { source: string; body: object; status: number; not?: string; wait?: number }[];
  /** Texts that the effects contain, by system. */
  effects: Partial<Record<SystemName, string[]>>;
  search?: { q: string; has: string };
}

const folder = new URL('payloads/', import.meta.url);
const run = Date.now().toString().slice(-8);

function readStory(name: string): Story {
  const text = readFileSync(new URL(name, folder), 'utf8');
  return JSON.parse(text.replaceAll('{{run}}', run).replaceAll('"@now"', JSON.stringify(new Date().toISOString())));
}

/** Repeats a 503, as platforms do: Kafka may take longer than ingest waits on a busy machine. */
async function post(
  switchboard: Installation,
  source: string,
  body: object,
): Promise<{ status: number; text: string }> {
  const bytes = JSON.stringify(body);
  const signature = createHmac('sha256', 'local-secret').update(bytes).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-webhook-signature': signature };
  const url = `${switchboard.urlOf('ingest')}/webhooks/${source}`;
  return until('an answer other than 503', async () => {
    const response = await fetch(url, { method: 'POST', headers, body: bytes });
    const text = await response.text();
    return response.status !== 503 && { status: response.status, text };
  });
}

const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);

async function missing(switchboard: Installation, { effects, search }: Story): Promise<string[]> {
  const lacks: string[] = [];
  for (const [system, texts] of Object.entries(effects)) {
    const held = JSON.stringify(await switchboard.effects(system as SystemName));
    lacks.push(
      ...texts
        .filter((text) => !held.includes(text) && !held.includes(quoted(text)))
        .map((text) => `${system}: ${text}`),
    );
  }
  if (search !== undefined) {
    const answer = await fetch(`${switchboard.urlOf('kb-indexer')}/v1/search?q=${search.q}`);
    if (!(await answer.text()).includes(search.has)) lacks.push(`search: ${search.has}`);
  }
  return lacks;
}

export function payloadsInTheFormatsOfSenders(switchboard: () => Installation): void {
  describe('a payload in the format of its sender has its full effect', { concurrency: true }, () => {
    for (const name of readdirSync(folder)) {
      const story = readStory(name);
      it(`${name.replace('.json', '')}: ${story.note}`, async () => {
        for (const { source, body, status, not, wait = 0 } of story.steps) {
          // The pauses are realistic: a person confirms again, a CMS publishes again.
          await sleep(wait * 1_000);
          const answer = await post(switchboard(), source, body);
          assert.equal(answer.status, status, answer.text);
          if (not !== undefined) assert.ok(!answer.text.includes(not), answer.text);
        }
        let lacks: string[] = [];
        const isComplete = async (): Promise<boolean> => {
          lacks = await missing(switchboard(), story);
          return lacks.length === 0;
        };
        await until('all effects', isComplete).catch(() => assert.fail(`missing: ${lacks.join(', ')}`));
      });
    }
  });

  it("a conversation's events reach the CRM in order despite a failure in between", async () => {
    await switchboard().fault({ system: 'hubspot', status: 500, count: 12 });
    const id = `ord-${run}`;
    const times = Array.from({ length: 12 }, (_, index) => `2026-03-01T10:${String(index + 1).padStart(2, '0')}:00`);
    for (const time of times) {
      const metadata = { resolved: true, detectedIntent: time, durationSeconds: 1 };
      const data = { conversationId: id, customerEmail: `${id}@example.com`, messages: [], metadata };
      assert.equal(
        (await post(switchboard(), 'chatbot', { event: 'conversation.ended', timestamp: `${time}Z`, data })).status,
        200,
      );
    }
    const seen = async (): Promise<string[]> => {
      const held = (await switchboard().effects('hubspot')).map(({ body }) => JSON.stringify(body));
      const own = held.filter((body) => body.includes(`${id}@example.com`));
      return own.flatMap((body) => /"last_chatbot_interaction":"([^."]+)/.exec(body)?.[1] ?? []);
    };
    await until('the last event arrives', async () => (await seen()).includes(times.at(-1) as string));
    assert.deepEqual(await seen(), times);
  });
}
