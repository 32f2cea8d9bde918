import type { Logger } from 'pino';
import type { EventState, StateSubject, Verdict } from './event-state.ts';
import { EventStateError } from './script-call.ts';

/**
 * Event state for the pipeline. If Redis cannot take a step after the effect, the event continues without the mark or
 * the hold, and so does its key. Only `admit` and `renew` reject with an EventStateError: before the effect, the
 * pipeline can still decide.
 */
export function createLenientEventState(eventState: EventState, logger: Logger): EventState {
  const note = (step: string, event: StateSubject, verdict: Promise<Verdict>, leaves = false): Promise<Verdict> =>
    verdict.catch(async (error): Promise<Verdict> => {
      if (!(error instanceof EventStateError)) throw error;
      logger.error(
        { step, origin: event.origin, err: error },
        'Redis cannot take a step of an event: continuing without it',
      );
      if (leaves) await note('leave', event, eventState.leave(event));
      return 'ok';
    });

  return {
    ...eventState,
    complete: (event, token, admittedAs) =>
      note('complete', event, eventState.complete(event, token, admittedAs), admittedAs === 'held'),
    fail: (event, token, position) => note('fail', event, eventState.fail(event, token, position)),
    moved: (event, token, position) => note('moved', event, eventState.moved(event, token, position)),
    dead: (event, token, holdLevel) => note('dead', event, eventState.dead(event, token, holdLevel), true),
    identify: (event, place) => note('identify', event, eventState.identify(event, place)),
    release: (event, token) => note('release', event, eventState.release(event, token)),
  };
}
