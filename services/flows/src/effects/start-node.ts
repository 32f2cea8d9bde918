import { PermanentError } from '@switchboard/consumer';
import type { Target } from '@switchboard/outbound';
import type { EffectRunners } from './effects.ts';

interface Deps {
  platform: Pick<Target, 'request'> | undefined;
  path: string;
}

/** Starts a node of a dialogue on the chatbot platform, which treats requests with the same key as one. */
export const startNode =
  ({ platform, path }: Deps): EffectRunners['node'] =>
  async ({ effect, key, tenant, flow, signal }) => {
    if (platform === undefined) {
      throw new PermanentError(
        'NOT_CONFIGURED',
        `The flow ${flow} starts a node, which needs CHAT_URL and CHAT_API_KEY`,
      );
    }
    const { node, userId, conversationId, variables } = effect;
    await platform
      .request({
        method: 'POST',
        path,
        headers: { 'idempotency-key': `${tenant}:${key}` },
        body: {
          ...(userId === undefined ? {} : { user_id: userId }),
          ...(conversationId === undefined ? {} : { conversation_id: conversationId }),
          ...{ node, variables },
        },
        answer: 'any',
        signal,
      })
      .catch((error) => {
        throw refused(error, `The chatbot platform refuses the node "${node}" of the flow ${flow}`);
      });
  };

/** Names the flow in the error of a refused request. Others say enough, and control the retry. */
export function refused(error: unknown, what: string): unknown {
  const { code, message, retry } = error as { code?: string; message?: string; retry?: string };
  if (code !== 'REJECTED' || retry !== 'never') return error;
  return new PermanentError('EFFECT_REFUSED', `${what}: ${message}`, { cause: error });
}
