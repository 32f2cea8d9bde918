import { PermanentError } from '@switchboard/consumer';
import type { Target } from '@switchboard/outbound';
import type { EffectRunners } from './effects.ts';
import { refused } from './start-node.ts';

interface Deps {
  actions: Pick<Target, 'request'> | undefined;
}

const REFUSALS: Readonly<Record<number, string>> = {
  404: 'there is no such action, or nothing of this person',
  409: 'it needs the yes of a person',
  422: 'its input is wrong',
};

export const callAction =
  ({ actions }: Deps): EffectRunners['action'] =>
  async ({ effect, key, tenant, flow, signal }) => {
    if (actions === undefined) {
      throw new PermanentError('NOT_CONFIGURED', `The flow ${flow} calls an action, which needs ACTIONS_URL`);
    }
    const { action, conversationId, actsFor, input } = effect;
    const { status, body } = await actions
      .request({
        method: 'POST',
        path: `/v1/actions/${encodeURIComponent(action)}`,
        headers: { 'idempotency-key': `${tenant}:${key}` },
        body: {
          input,
          ...(conversationId === undefined ? {} : { conversationId }),
          ...(actsFor === undefined ? {} : { for: actsFor }),
        },
        // An answer about this one call, which says nothing of the service and does not change by a repetition.
        accept: Object.keys(REFUSALS).map(Number),
        answer: 'any',
        signal,
      })
      .catch((error) => {
        throw refused(error, `The action "${action}" of the flow ${flow} is refused`);
      });
    const why = REFUSALS[status];
    if (why === undefined) return;
    const { code } = (body ?? {}) as { code?: unknown };
    const answer = typeof code === 'string' ? `${status} ${code}` : String(status);
    throw new PermanentError(
      'EFFECT_REFUSED',
      `The action "${action}" of the flow ${flow} is refused: ${why} (${answer})`,
    );
  };
