import type { IncomingMessage } from 'node:http';
import type { ByteBudget, Claim } from './byte-budget.ts';

export type BodyFault = 'too_large' | 'overload' | 'aborted';

/**
 * Reads a body of at most `limit` bytes. The claim grows with what has come: what is only announced takes no room from
 * others. After a fault the rest of the body is thrown away as it comes, until the server's request time-out.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  budget: ByteBudget,
  claim: Claim,
): Promise<Buffer | BodyFault> {
  return new Promise((resolve) => {
    const announced = Number(request.headers['content-length'] ?? limit);
    let body: Buffer | undefined;
    let length = 0;

    function onData(chunk: Buffer): void {
      if (length + chunk.length > limit) finish('too_large');
      else if (!add(chunk)) finish('overload');
    }

    /** Most bodies come in one piece. A million pieces of one byte must not take a million buffers. */
    function add(chunk: Buffer): boolean {
      const end = length + chunk.length;
      if (body === undefined) {
        if (!budget.cover(claim, end)) return false;
        body = chunk;
      } else {
        if (end > body.length) {
          const wanted = Math.max(end, Math.min(2 * length, announced, limit));
          const room = [wanted, end].find((bytes) => budget.cover(claim, bytes));
          if (room === undefined) return false;
          body = Buffer.concat([body.subarray(0, length)], room);
        }
        chunk.copy(body, length);
      }
      length = end;
      return true;
    }

    function onEnd(): void {
      finish(body?.subarray(0, length) ?? Buffer.alloc(0));
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
