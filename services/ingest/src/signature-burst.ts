import type { Alert } from '@switchboard/alerts';

/** Fewer are a stray scanner, or a sender in the middle of a change of its secret. */
export const BURST = 10;
const WINDOW_MS = 60_000;

/** Alerts people when the signatures of a configured source fail in a burst. */
export interface SignatureBurst {
  /** @param source a configured source, so that their number is bounded */
  refused(source: string, fault: string): void;
}

export function createSignatureBurst(alert: (alert: Alert) => void, now: () => number = Date.now): SignatureBurst {
  const windows = new Map<string, { since: number; count: number }>();
  return {
    refused(source, fault) {
      let window = windows.get(source);
      if (window === undefined || now() - window.since > WINDOW_MS) {
        window = { since: now(), count: 0 };
        windows.set(source, window);
      }
      window.count += 1;
      if (window.count < BURST) return;
      alert({
        kind: 'signature_failures',
        code: fault,
        about: source,
        message: `at least ${BURST} requests in a minute`,
      });
    },
  };
}
