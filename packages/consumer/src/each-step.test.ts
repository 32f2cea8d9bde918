import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { eachStep } from './each-step.ts';
import { PermanentError, UnavailableError } from './handler.ts';

const done = new Set<string>();
const failedSteps = new Map<string, string>();
const ran: string[] = [];
const context = {
  failedSteps,
  async step(name: string, run: () => Promise<void>): Promise<void> {
    if (done.has(name)) return;
    await run();
    done.add(name);
  },
};
const fails = (name: string, error: Error) => async (): Promise<void> => {
  ran.push(name);
  throw error;
};
const works = (name: string) => async (): Promise<void> => {
  ran.push(name);
};

beforeEach(() => {
  done.clear();
  failedSteps.clear();
  ran.length = 0;
});

describe('the steps of an event', () => {
  it('all run although one fails, and those that are done do not run again', async () => {
    const down = new UnavailableError('acme/hubspot');
    const steps = { crm: fails('crm', down), slack: works('slack'), chat: fails('chat', new Error('500')) };
    await assert.rejects(eachStep(context, steps), down, 'an unavailable system comes first');
    assert.deepEqual(ran.splice(0), ['crm', 'slack', 'chat']);
    await assert.rejects(eachStep(context, { ...steps, crm: works('crm') }), { message: '500' });
    assert.deepEqual(ran.splice(0), ['crm', 'chat']);
    await eachStep(context, { ...steps, chat: works('chat') });
    assert.deepEqual(ran, ['chat']);
  });

  it('that will never succeed wait for the others, then become the dead letter without running again', async () => {
    const gone = new PermanentError('CHANNEL_NOT_FOUND', 'no such channel');
    const down = new UnavailableError('acme/hubspot');
    await assert.rejects(eachStep(context, { slack: fails('slack', gone), crm: fails('crm', down) }), down);
    ran.length = 0;
    const rest = eachStep(context, { slack: works('slack'), crm: works('crm') });
    await assert.rejects(rest, { code: 'CHANNEL_NOT_FOUND', retry: 'never', message: /^slack fails for good/ });
    assert.deepEqual(ran, ['crm']);
  });
});
