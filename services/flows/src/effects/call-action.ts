import { PermanentError } from '@switchboard/consumer';
import type { Target } from '@switchboard/outbound';
import type { EffectRunners } from './effects.ts';
import { refused } from './start-node.ts';

interface Deps {
  actions: Pick<Target, 'request'> | undefined;
}

export const callAction =
  ({ actions }: Deps): EffectRunners['action'] =>
  async ({ effect, key, tenant, flow, signal }) => {
    if (actions === undefined) {
      throw new PermanentError('NOT_CONFIGURED', `The flow ${flow} calls an action, which needs ACTIONS_URL`);
    }
    const { action, conversationId, actsFor, input } = effect;
    await actions
      .request({
        method: 'POST',
        path: `/v1/actions/${encodeURIComponent(action)}`,
        headers: { 'idempotency-key': `${tenant}:${key}` },
        body: {
          input,
          ...(conversationId === undefined ? {} : { conversationId }),
          ...(actsFor === undefined ? {} : { for: actsFor }),
        },
        answer: 'any',
        signal,
      })
      .catch((error) => {
        throw refused(error, `The action "${action}" of the flow ${flow} is refused`);
      });
  };
