import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Answer, Refusal } from '../run/answer.ts';
import { CONFIRM, GET_RUN } from './tools.ts';

/** What a tool call returns for an answer. A refusal is an error of the tool, which a model can read, not of the protocol. */
export function resultOf(answer: Answer): CallToolResult {
  switch (answer.kind) {
    case 'done': {
      const { runId, output, reply } = answer;
      const structured = { status: 'done', runId, output, ...(reply === undefined ? {} : { reply }) };
      return result(reply ?? JSON.stringify(output), structured);
    }
    case 'running': {
      const { runId } = answer;
      return result(`This takes longer. Read the result with ${GET_RUN} and runId ${JSON.stringify(runId)}.`, {
        status: 'running',
        runId,
      });
    }
    case 'unconfirmed': {
      const { runId, summary, confirm, expiresAt } = answer;
      const next = `After their yes, call the tool again with the same arguments and ${CONFIRM} ${JSON.stringify(confirm)}, before ${expiresAt}.`;
      return result(`Nothing has changed yet. Ask the person: ${summary}\n${next}`, {
        status: 'unconfirmed',
        runId,
        summary,
        [CONFIRM]: confirm,
        expiresAt,
      });
    }
    case 'refused':
      return errorOf(answer);
  }
}

const result = (text: string, structuredContent: Record<string, unknown>): CallToolResult => ({
  content: [{ type: 'text', text }],
  structuredContent,
});

function errorOf({ code, detail, problems = [], retryAfterSeconds }: Refusal): CallToolResult {
  const lines = [
    `${code}: ${detail}`,
    ...problems.map(({ path, message }) => `${path || 'The input'}: ${message}`),
    ...(retryAfterSeconds === undefined ? [] : [`Wait ${retryAfterSeconds} s.`]),
  ];
  return { isError: true, content: [{ type: 'text', text: lines.join('\n') }] };
}

/** The person has said no, or has not answered. */
export const DECLINED: CallToolResult = {
  isError: true,
  content: [{ type: 'text', text: 'DECLINED: The person has not confirmed, and nothing has changed.' }],
};
