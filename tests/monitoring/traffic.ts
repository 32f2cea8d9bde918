import { setTimeout as sleep } from 'node:timers/promises';
import { createSampleEvent, type SampleEvent } from '@switchboard/cli/sample-event';
import { createClient } from '@switchboard/client';
import type { Installation } from '../flow/installation.ts';
import { escalation } from './troubled-load.ts';

/** Continuous senders, each at a steady rate. */
export interface Traffic {
  /** Stops or resumes the shop's webhooks. */
  muteShop(muted: boolean): void;
  /** Signs this share of the chatbot's webhooks with a wrong secret. */
  forge(share: number): void;
  stop(): Promise<void>;
}

const EVERY_MS = 400;

export function startTraffic(switchboard: Installation): Traffic {
  let shopIsMuted = false;
  let forged = 0;
  let stopped = false;

  async function post({ source, body }: SampleEvent, secret: string): Promise<void> {
    const client = createClient({ url: switchboard.urlOf('ingest'), source, secret, timeoutMs: 5_000, retry: false });
    // Refusals are part of the traffic.
    await client.sendRaw(body).catch(() => undefined);
  }

  const running = (async () => {
    for (let round = 0; !stopped; round += 1) {
      const secret = forged > 0 && round % Math.round(1 / forged) === 0 ? 'another-secret' : 'local-secret';
      void post(escalation(), secret);
      if (!shopIsMuted) void post(createSampleEvent('order.shipped'), 'local-secret');
      await sleep(EVERY_MS);
    }
  })();

  return {
    muteShop(muted) {
      shopIsMuted = muted;
    },
    forge(share) {
      forged = share;
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
