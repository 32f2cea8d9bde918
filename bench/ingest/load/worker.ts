import { doJobs } from '../../worker.ts';
import { type ClosedLoop, type ClosedLoopResult, closedLoop } from './closed-loop.ts';
import { type OpenLoop, type OpenLoopResult, openLoop } from './open-loop.ts';
import { createWebhooks } from './webhooks.ts';

/** A load on a webhook server. */
export type Load = ({ kind: 'closed' } & ClosedLoop) | ({ kind: 'open' } & OpenLoop);

/** Signing costs about as much as sending, so it is done in advance for the most that a server may accept a second. */
const MOST_PER_SECOND = 25_000;
const MOST_IN_BATCHES_PER_SECOND = 60_000;
const MOST_PREPARED = 250_000;

const [secret = '', apiKey = ''] = process.argv.slice(2);
let loads = 0;

doJobs<Load, ClosedLoopResult | OpenLoopResult>((load) => {
  loads += 1;
  const kind = (load.kind === 'closed' ? load.requests : undefined) ?? 'plain';
  const webhooks = createWebhooks({ secret: kind === 'batch' ? apiKey : secret, run: `${process.pid}-${loads}`, kind });
  const rate =
    load.kind === 'open'
      ? load.rate
      : kind === 'batch'
        ? MOST_IN_BATCHES_PER_SECOND / webhooks.eventsEach
        : MOST_PER_SECOND;
  webhooks.prepare(Math.min(rate * (load.warmUpSeconds + load.seconds), MOST_PREPARED));
  return load.kind === 'open' ? openLoop(load, webhooks) : closedLoop(load, webhooks);
});
