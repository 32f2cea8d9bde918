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
