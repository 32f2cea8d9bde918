import type { JSONObject, Tool } from '@modelcontextprotocol/server';
import type { ActionView } from '../run/runner.ts';

/** The tool that reads a run by its id. Actions cannot have this name. */
export const GET_RUN = 'get_run';

/** Where the second call of a write has the token of the first. */
export const CONFIRM = '_confirm';

type Schema = Tool['inputSchema'];

const text = { type: 'string' };

/** What every tool returns: the output of the action, or what to do next. */
const resultOf = (output: object): Schema => ({
  type: 'object',
  properties: {
    status: {
      enum: ['done', 'running', 'unconfirmed'],
      description: `running: read the result with ${GET_RUN}; unconfirmed: nothing has changed, ask the person first`,
    },
    runId: text,
    output: output as JSONObject,
    reply: { ...text, description: 'the output as a sentence for the person' },
    summary: { ...text, description: 'what the person is asked to confirm' },
    [CONFIRM]: { ...text, description: 'for the second call, after the yes of the person' },
    expiresAt: text,
  },
  required: ['status', 'runId'],
});

/** An action as a tool. */
export function toolOf({ name, title, description, effect, confirms, input, output }: ActionView): Tool {
  const isRead = effect === 'read';
  return {
    name,
    ...(title === undefined ? {} : { title }),
    description: confirms ? `${description}. Changes something only after the person has confirmed it.` : description,
    inputSchema: takesConfirmation({ confirms, input }) ? withConfirmation(input) : (input as Schema),
    outputSchema: resultOf(output),
    annotations: {
      readOnlyHint: isRead,
      // An operator asks the person to confirm what cannot be undone.
      destructiveHint: confirms,
      idempotentHint: isRead,
      openWorldHint: false,
    },
  };
}

export const getRunTool: Tool = {
  name: GET_RUN,
  title: 'Result of a run',
  description: 'Reads the result of a tool call that was still running. Call it again later while it still runs.',
  inputSchema: {
    type: 'object',
    properties: { runId: { type: 'string', minLength: 1, maxLength: 100 } },
    required: ['runId'],
    additionalProperties: false,
  },
  outputSchema: resultOf({ type: 'object' }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
};

/** Whether a second call can have the token as an argument: not if the action has one of this name. */
export const takesConfirmation = ({ confirms, input }: Pick<ActionView, 'confirms' | 'input'>): boolean =>
  confirms && !Object.hasOwn((input as Schema).properties ?? {}, CONFIRM);

function withConfirmation(input: object): Schema {
  const schema = input as Schema;
  const confirm = {
    ...text,
    maxLength: 256,
    description: 'Only after the yes of the person: the token of the first call.',
  };
  return { ...schema, properties: { ...schema.properties, [CONFIRM]: confirm } };
}
