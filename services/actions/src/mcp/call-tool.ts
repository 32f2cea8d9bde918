import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Caller } from '@switchboard/callers';
import { isIdempotencyKey } from '../http/read-request.ts';
import type { ActionView, Runner } from '../run/runner.ts';
import { DECLINED, resultOf } from './call-result.ts';
import { CONFIRM, GET_RUN, takesConfirmation } from './tools.ts';

export interface CallToolDeps {
  readonly runner: Pick<Runner, 'run' | 'find'>;
  readonly caller: Caller;
  readonly locales: readonly string[];
  /** The actions that the caller may use. */
  readonly views: readonly ActionView[];
  readonly waitMs: number;
}

/** The part of the context of a request that a call needs. */
type Context = Pick<ServerContext, 'mcpReq'>;

const QUESTION = 'confirm';

/**
 * Runs a tool for the caller of the request; nothing in the arguments names another one.
 * @throws ProtocolError for a tool that the caller does not have
 */
export async function callTool(
  { runner, caller, locales, views, waitMs }: CallToolDeps,
  { name, arguments: given = {} }: { name: string; arguments?: Record<string, unknown> | undefined },
  { mcpReq }: Context,
): Promise<CallToolResult | InputRequiredResult> {
  if (name === GET_RUN && views.length > 0) {
    const { runId } = given;
    if (typeof runId !== 'string') return INVALID_RUN;
    return resultOf(await runner.find(runId, caller, { locales }));
  }
  const view = views.find((candidate) => candidate.name === name);
  // The same for a tool that others have.
  if (view === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no tool of this name');

  const { confirm, input, isDeclined } = confirmationIn(view, given, mcpReq);
  if (isDeclined) return DECLINED;
  const idempotencyKey: unknown = mcpReq._meta?.[IDEMPOTENCY_KEY];
  if (idempotencyKey !== undefined && !isIdempotencyKey(idempotencyKey)) return INVALID_KEY;
  const answer = await runner.run(name, caller, input, { confirm, idempotencyKey, locales, waitMs });
  if (answer.kind !== 'unconfirmed' || !canElicit(mcpReq)) return resultOf(answer);
  return inputRequired({
    inputRequests: {
      [QUESTION]: inputRequired.elicit({
        message: answer.summary,
        requestedSchema: {
          type: 'object',
          properties: { [QUESTION]: { type: 'boolean', title: 'Confirm', description: answer.summary } },
          required: [QUESTION],
        },
      }),
    },
    // The token works for this caller with this input, and once.
    requestState: answer.confirm,
  });
}

/** In `_meta`, which the client writes, not the model. The ids of requests begin again with each connection. */
export const IDEMPOTENCY_KEY = 'switchboard/idempotency-key';

const INVALID_KEY = resultOf({
  kind: 'refused',
  code: 'INVALID_INPUT',
  detail: `${IDEMPOTENCY_KEY} has at most 255 visible ASCII characters.`,
});

const INVALID_RUN = resultOf({ kind: 'refused', code: 'INVALID_INPUT', detail: 'runId must be a text.' });

interface Confirmation {
  readonly confirm: string | undefined;
  readonly input: Record<string, unknown>;
  readonly isDeclined: boolean;
}

/** The token of the first call: from the person's answer, which the client has asked for, or in an argument. */
function confirmationIn(
  view: ActionView,
  given: Record<string, unknown>,
  { inputResponses, requestState }: Context['mcpReq'],
): Confirmation {
  const response = inputResponse(inputResponses, QUESTION);
  if (response.kind === 'elicit') {
    const isYes = response.action === 'accept' && response.content?.[QUESTION] === true;
    return { confirm: requestState<string>(), input: given, isDeclined: !isYes };
  }
  if (!takesConfirmation(view)) return { confirm: undefined, input: given, isDeclined: false };
  const { [CONFIRM]: confirm, ...input } = given;
  return { confirm: typeof confirm === 'string' ? confirm : undefined, input, isDeclined: false };
}

/** Whether the client can ask the person itself, so that the model never sees the token. */
function canElicit({ envelope }: Context['mcpReq']): boolean {
  const { elicitation } = (envelope?.[CLIENT_CAPABILITIES_META_KEY as keyof typeof envelope] ??
    {}) as ClientCapabilities;
  // Without a mode, it is a form.
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}
