import { setTimeout as sleep } from 'node:timers/promises';
import { openLedger } from '@switchboard/consumer/operate';
import { LOCAL_RESUBMIT_SECRET } from '@switchboard/deploy/config';
import { UsageError } from '@switchboard/service/command-line';
import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import { OpsError } from './ops-error.ts';
import { bodyDocument } from './quarantine.ts';
import {
  BODY_FILTERS,
  bodyFilter,
  findBody,
  QUARANTINE,
  type QuarantinedBody,
  readBodies,
  type Shelf,
  SKIPPED,
} from './quarantined-bodies.ts';
import { counted } from './table.ts';

const RATE = 20;
const ANSWER_LIMIT_MS = 10_000;

/**
 * Sends bodies to ingest once more, through the same checks as the first time. What is refused again stays in
 * quarantine. Ingest answers 200 for a body that it has taken before: a repeat after a crash makes no second event.
 */
const resubmitOf = (shelf: Shelf, summary: string): Command => ({
  usage: `${shelf.command} resubmit <body>… | filters | --all [--rate 20] [--url] [--dry-run]`,
  summary,
  options: [...BODY_FILTERS, 'all', 'dry-run', 'rate', 'url'],
  words: Number.POSITIVE_INFINITY,
  async run(given, context) {
    const { connection, privacy, variables, signal, report, note } = context;
    const rate = given.number('rate', RATE, 0);
    const url = given.text('url') ?? `http://127.0.0.1:${variables.INGEST_PORT || '8080'}`;
    if (!URL.canParse(url)) throw new UsageError(`--url is where ingest listens, such as http://127.0.0.1:8080.`);
    mustBeNarrowed(given);
    const bodies = choose(given, await readBodies(connection, shelf), note, shelf);
    const documents = bodies.map((body) => bodyDocument(body, privacy));
    if (given.is('dry-run') || bodies.length === 0) {
      const text = given.is('dry-run')
        ? `${counted(bodies.length, 'body', 'bodies')} would be resubmitted to ${url}.`
        : 'Nothing to resubmit: no open body matches.';
      report(text, {
        dryRun: given.is('dry-run'),
        bodies: documents,
      });
      return 0;
    }

    const secret = variables.RESUBMIT_SECRET || LOCAL_RESUBMIT_SECRET;
    // All of ingest comes with it, which the other commands need not wait for.
    const { signResubmission } = await import('@switchboard/ingest');
    const write = await openLedger(connection, shelf.topic, (await context.publisher()).publish);
    const answers: { id: string; status: number; answer: string }[] = [];
    const startedAt = performance.now();
    for (const { id, source, body, contentType, itemIndex, claims, sentHeaders, places } of bodies) {
      await sleep(Math.max(startedAt + (answers.length * 1_000) / rate - performance.now(), 0));
      if (signal.aborted) break;
      const signature = signResubmission({ source, body, itemIndex, claims }, secret, Date.now());
      const headers = { ...sentHeaders, 'content-type': contentType, ...signature };
      const { status, text } = await post(new URL(`/webhooks/${encodeURIComponent(source)}`, url), headers, body);
      if (status === 401) throw new OpsError('Ingest refuses the signature: set RESUBMIT_SECRET to that of ingest.');
      const isTaken = status === 200 && !text.includes('"skipped"');
      answers.push({ id, status, answer: isTaken ? 'accepted' : privacy.sentence(text) });
      if (!isTaken) note(`${id}: ${status} ${privacy.sentence(text)}`);
      else for (const place of places) await write(place, { action: 'resubmitted', at: Date.now(), redrives: 0 });
    }
    const accepted = answers.filter(({ answer }) => answer === 'accepted').length;
    const left = bodies.length - accepted;
    const rest =
      left === 0
        ? ''
        : ` ${counted(left, 'body', 'bodies')} stay ${shelf === QUARANTINE ? 'in quarantine' : 'skipped'}.`;
    report(`Ingest took ${counted(accepted, 'body', 'bodies')}.${rest}`, { dryRun: false, accepted, left, answers });
    return left === 0 ? 0 : 1;
  },
});

export const quarantineResubmit = resubmitOf(
  QUARANTINE,
  'send them to ingest again, after its schema or its source was corrected',
);
export const skippedResubmit = resubmitOf(SKIPPED, 'send them to ingest again, after their type was declared');

function mustBeNarrowed(given: Arguments): void {
  const { words, since, until } = given;
  const filters = [given.text('source'), given.text('reason'), since, until];
  if (words.length > 2 || given.is('all') || filters.some((filter) => filter !== undefined)) return;
  throw new UsageError('Say which bodies: their ids, a filter such as --source, or --all.');
}

function choose(
  given: Arguments,
  bodies: readonly QuarantinedBody[],
  note: (text: string) => void,
  shelf: Shelf,
): QuarantinedBody[] {
  const ids = given.words.slice(2);
  const chosen = ids.length > 0 ? ids.map((id) => findBody(bodies, id, shelf)) : bodies;
  if (ids.length > 0) for (const { id, state } of chosen) if (state !== 'open') note(`${id} is ${state} already.`);
  return chosen.filter(({ state }) => state === 'open').filter(bodyFilter(given));
}

async function post(
  url: URL,
  headers: Record<string, string>,
  body: Buffer,
): Promise<{ status: number; text: string }> {
  try {
    const init = { method: 'POST', headers, body: new Uint8Array(body), signal: AbortSignal.timeout(ANSWER_LIMIT_MS) };
    const response = await fetch(url, init);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new OpsError(`Ingest does not answer at ${url.origin}: start it, or say where it is with --url.`, {
      cause: error,
    });
  }
}
