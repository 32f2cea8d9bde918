import type { Alert } from '@switchboard/alerts';
import type { PauseDetail, PauseReason } from './pause.ts';

/** Used when no cause is known. */
const NAMES: Record<PauseReason, string> = {
  redis: 'Redis does not answer',
  registry: 'the schema registry does not answer',
  outside: 'an outside system is unavailable',
};

/** The consumer is paused. The message gives the duration and the cause. It names the system, never personal data. */
export class PausedError extends Error {
  override readonly name = 'PausedError';
  /** Such as `PAUSED_BY_OUTSIDE`. */
  readonly code: string;

  constructor(details: ReadonlyMap<PauseReason, PauseDetail>, now = Date.now()) {
    const [longest = 'outside'] = details.keys();
    const parts = [...details].map(([by, { since, why }]) => {
      const seconds = Math.max(0, Math.round((now - since) / 1_000));
      return `paused ${seconds} s: ${why === '' ? NAMES[by] : why}`;
    });
    super(parts.join('; '));
    this.code = `PAUSED_BY_${longest.toUpperCase()}`;
  }
}

/** What people are alerted to when a pause begins. */
export function pauseAlert(details: ReadonlyMap<PauseReason, PauseDetail>): Alert {
  const [[by, { why }] = ['outside', { why: '' }] as const] = details;
  const kind = by === 'outside' ? 'outside_down' : 'paused';
  return { kind, code: `PAUSED_BY_${by.toUpperCase()}`, about: SYSTEMS[by], message: why === '' ? NAMES[by] : why };
}

const SYSTEMS: Record<PauseReason, string> = {
  redis: 'Redis',
  registry: 'the schema registry',
  outside: 'an outside system',
};
