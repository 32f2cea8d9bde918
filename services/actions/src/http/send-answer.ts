import { type ProblemCode, sendProblem } from '@switchboard/service';
import type { FastifyReply } from 'fastify';
import type { Answer, RefusalCode } from '../run/answer.ts';

export const RUNS_ROUTE = '/v1/actions/runs/:id';

const PROBLEMS: Readonly<Record<RefusalCode, ProblemCode>> = {
  FORBIDDEN: 'FORBIDDEN',
  NOT_FOUND: 'NOT_FOUND',
  INVALID_INPUT: 'INVALID_FIELDS',
  IDEMPOTENCY_MISMATCH: 'IDEMPOTENCY_MISMATCH',
  TOO_MANY_REQUESTS: 'TOO_MANY_REQUESTS',
  NO_ANSWER: 'NO_ANSWER',
  UNAVAILABLE: 'UNAVAILABLE',
};

export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
  switch (answer.kind) {
    case 'done': {
      const { output, reply: text, runId } = answer;
      return reply.code(200).send({ output, ...(text === undefined ? {} : { reply: text }), runId });
    }
    case 'running':
      return reply
        .code(202)
        .header('location', RUNS_ROUTE.replace(':id', answer.runId))
        .header('retry-after', '1')
        .send({ runId: answer.runId, status: 'running' });
    case 'unconfirmed': {
      const { summary, confirm, expiresAt } = answer;
      const detail = 'Show the summary to the person. After a yes, send the same request again with `confirm`.';
      return sendProblem(reply, 'CONFIRMATION_REQUIRED', detail, { summary, confirm, expiresAt });
    }
    case 'refused': {
      const { code, detail, problems, retryAfterSeconds } = answer;
      if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
      return sendProblem(reply, PROBLEMS[code], detail, problems === undefined ? {} : { problems });
    }
  }
}
