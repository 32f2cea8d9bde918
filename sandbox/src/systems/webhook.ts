import { randomUUID } from 'node:crypto';
import type { Board } from '../board.ts';
import { effect, refuse, type System, type SystemRequest } from '../system.ts';

/** A customer's endpoint: accepts any request on any path. */
export function createWebhook(board: Board): System {
  function receive({ method, path, body }: SystemRequest) {
    const id = randomUUID();
    board.put({
      kind: 'message',
      system: 'webhook',
      id,
      title: `${method} ${path}`,
      text: typeof body === 'string' ? body : (JSON.stringify(body, null, 2) ?? ''),
    });
    return effect(200, { id, received: true });
  }

  return {
    name: 'webhook',
    routes: { 'POST /*': receive, 'PUT /*': receive, 'PATCH /*': receive, 'DELETE /*': receive },
    authenticate: () => true,
    refusal: (status) => refuse(status, { error: `answered with ${status}` }),
    clear() {},
  };
}
