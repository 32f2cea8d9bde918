import type { Logger } from 'pino';
import { StepError } from './step-calls.ts';
import type { StepSubject, Steps, Verdict } from './steps.ts';

/**
 * Steps for the pipeline: what has happened stays so, even when Redis cannot take the step that notes it. The event then
 * goes on without the mark or the hold, and its key goes on too. Only `admit` and `renew` reject with a StepError:
 * before the effect there is still something to decide.
 */
export function createLenientSteps(steps: Steps, logger: Logger): Steps {
  async function note(step: string, event: StepSubject, verdict: Promise<Verdict>, leaves = false): Promise<Verdict> {
    try {
      return await verdict;
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      logger.error(
        { step, origin: event.origin, err: error },
        'Redis cannot take a step of an event: going on without',
      );
      if (leaves) await note('leave', event, steps.leave(event));
      return 'ok';
    }
  }

  return {
    ...steps,
    complete: (event, token, admittedAs) =>
      note('complete', event, steps.complete(event, token, admittedAs), admittedAs === 'held'),
    fail: (event, token, position) => note('fail', event, steps.fail(event, token, position)),
    moved: (event, token, position) => note('moved', event, steps.moved(event, token, position)),
    dead: (event, token, holdTier) => note('dead', event, steps.dead(event, token, holdTier), true),
    identify: (event, place) => note('identify', event, steps.identify(event, place)),
    release: (event, token) => note('release', event, steps.release(event, token)),
  };
}
