import { type HandlerContext, hintOf, PermanentError } from './handler.ts';

type Context = Pick<HandlerContext, 'step' | 'failedSteps'>;

/**
 * Runs several effects of one event side by side, each once: none waits for the system of another. When all others are
 * done, steps that will never succeed make the event a dead letter.
 * @throws what decides when the event runs again: an unavailable system before a failure that a retry may mend
 */
export async function eachStep(
  { step, failedSteps = new Map() }: Context,
  steps: Readonly<Record<string, () => Promise<void>>>,
): Promise<void> {
  const names = Object.keys(steps).filter((name) => !failedSteps.has(name));
  const results = await Promise.allSettled(names.map((name) => step(name, steps[name] as () => Promise<void>)));
  const passing: unknown[] = [];
  for (const [index, result] of results.entries()) {
    if (result.status === 'fulfilled') continue;
    const { reason } = result as { reason: unknown };
    if (hintOf(reason).retry === 'never') failedSteps.set(names[index] as string, codeOf(reason));
    else passing.push(reason);
  }
  if (passing.length > 0) throw passing.find((error) => hintOf(error).retry === 'when-available') ?? passing[0];
  const failed = [...failedSteps].filter(([name]) => name in steps);
  const [[, code] = ['', undefined] as const] = failed;
  if (code === undefined) return;
  throw new PermanentError(code, failed.map(([name, why]) => `${name} fails for good (${why})`).join('; '));
}

function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return ([code, name].find((word) => typeof word === 'string') as string | undefined) ?? 'FAILED';
}
