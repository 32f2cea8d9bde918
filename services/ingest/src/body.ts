import type { IncomingMessage } from 'node:http';
import type { ByteBudget, Claim } from './byte-budget.ts';

export type BodyFault = 'too_large' | 'overload' | 'aborted';

/**
 * Reads a body of at most `limit` bytes; the claim grows with what was not announced. After a fault the rest of the
 * body is thrown away as it comes, until the server's request time-out.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  budget: ByteBudget,
  claim: Claim,
): Promise<Buffer | BodyFault> {
  return new Promise((resolve) => {
    let first: Buffer | undefined;
    let more: Buffer[] | undefined;
    let length = 0;

    function onData(chunk: Buffer): void {
      length += chunk.length;
      if (length > limit) finish('too_large');
      else if (!budget.cover(claim, length)) finish('overload');
      else if (first === undefined) first = chunk;
      else if (more === undefined) more = [first, chunk];
      else more.push(chunk);
    }
    function onEnd(): void {
      finish(more === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(more, length));
    }
    function onGone(): void {
      finish('aborted');
    }

    function finish(result: Buffer | BodyFault): void {
      request.off('data', onData);
      request.off('end', onEnd);
      request.off('close', onGone);
      if (typeof result === 'string') request.resume();
      resolve(result);
    }

    request.on('data', onData);
    request.on('end', onEnd);
    request.on('close', onGone);
  });
}
