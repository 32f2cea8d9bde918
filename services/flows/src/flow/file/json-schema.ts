import { publicEventTypes } from '@switchboard/events';
import { LIMITS } from '../limits.ts';

type Schema = { readonly [keyword: string]: unknown };

const table = (properties: Record<string, Schema>, required: readonly string[] = [], description?: string): Schema => ({
  type: 'object',
  ...(description && { description }),
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
});
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const described = (name: string, description: string): Schema => ({ ...ref(name), description });
const keyed = (pattern: string, held: Schema, maxProperties: number): Schema => ({
  type: 'object',
  patternProperties: { [pattern]: held },
  additionalProperties: false,
  maxProperties,
});

const NAME = '^[a-z0-9][a-z0-9-]{0,63}$';

const definitions: Record<string, Schema> = {
  expression: { type: 'string', minLength: 1, maxLength: 10_000 },
  value: { anyOf: [ref('expression'), { type: ['number', 'boolean'] }] },
  place: { anyOf: [ref('expression'), { type: 'array', items: ref('expression'), maxItems: LIMITS.slots }] },
  duration: { type: 'string', pattern: '^\\d{1,9}(s|m|h|d)$', examples: ['90s', '30m', '24h', '7d'] },
  name: { type: 'string', pattern: `^[\\w.:/-]{1,${LIMITS.nameLength}}$` },
  variableName: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_]*$' },
  eventType: { enum: publicEventTypes },
  text: { type: 'string', pattern: '\\S', maxLength: LIMITS.textLength },
  texts: keyed('^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$', ref('text'), LIMITS.locales),
  values: keyed('^[A-Za-z_][\\w-]{0,63}$', ref('value'), LIMITS.variables),
  slot: {
    anyOf: [
      ref('eventType'),
      table(
        {
          event: ref('eventType'),
          as: described('variableName', 'The name of the event in expressions. Default: the first word of its type.'),
          when: described('expression', 'Only events that meet this condition count.'),
          correlate: described('place', 'What the events of a set have in common.'),
        },
        ['event'],
      ),
      {
        type: 'object',
        properties: Object.fromEntries(publicEventTypes.map((type) => [type, ref('expression')])),
        additionalProperties: false,
        minProperties: 1,
        maxProperties: 1,
        description: 'An event type with its condition.',
      },
    ],
  },
  slots: { type: 'array', items: ref('slot'), minItems: 1, maxItems: LIMITS.slots },
  set: {
    ...keyed(
      '^(user|conversation)\\.[A-Za-z][A-Za-z0-9_]{0,63}$',
      {
        anyOf: [
          ref('value'),
          { type: 'null' },
          table({ value: { anyOf: [ref('value'), { type: 'null' }] }, ttl: ref('duration') }, ['value']),
        ],
      },
      LIMITS.variables,
    ),
    description: 'The variables that the chatbot can read, as user.name or conversation.name. null removes one.',
  },
  message: {
    anyOf: [
      { ...ref('name'), description: 'The name of a message.' },
      table(
        {
          text: { anyOf: [ref('name'), ref('texts')], description: 'The name of a message, or its text by locale.' },
          title: ref('text'),
          solicited: { type: 'boolean', description: 'It answers what the person asked: no opt-in, no waiting.' },
          urgent: { type: 'boolean', description: 'It does not wait for quiet hours and digests.' },
          expires: described('duration', 'Not sent after this time. Default 1d.'),
        },
        ['text'],
      ),
    ],
  },
  node: { anyOf: [ref('name'), table({ name: ref('name'), variables: ref('values') }, ['name'])] },
  action: { anyOf: [ref('name'), table({ name: ref('name'), input: ref('values'), for: ref('person') }, ['name'])] },
  person: {
    ...table({ email: ref('expression'), userId: ref('expression') }),
    minProperties: 1,
    description: 'Whom the flow acts for, by expressions. Needs an API key with the scope act-for.',
  },
  event: table({ type: ref('eventType'), fields: ref('values') }, ['type', 'fields']),
  step: {
    ...table({
      message: described('message', 'Sends a message to the user.'),
      node: described('node', 'Starts a dialogue node of the chatbot.'),
      action: described('action', 'Calls an action.'),
      event: described('event', 'Publishes an event.'),
      set: ref('set'),
    }),
    minProperties: 1,
    maxProperties: 1,
  },
  branch: {
    anyOf: [ref('step'), { type: 'array', items: ref('step'), minItems: 1, maxItems: LIMITS.effects }],
  },
  flow: {
    ...table({
      version: {
        type: 'integer',
        minimum: 1,
        maximum: 1_000_000,
        description: 'Raise it with each change. Default 1.',
      },
      description: ref('text'),
      on: described('slot', 'The event that completes the flow.'),
      all: described('slots', 'The events that complete the flow together, in any order.'),
      any: described('slots', 'The events of which one completes the flow.'),
      when: described('expression', 'Only events that meet this condition count.'),
      correlate: described('place', 'What the events of a set have in common, such as event.orderId.'),
      within: described('duration', 'The time from the first event of a set to otherwise.'),
      once: {
        anyOf: [{ const: 'key' }, ref('duration')],
        description: 'How often a correlation value may complete: key for once, or once in a time.',
      },
      user: described('place', 'Whose messages and variables these are. Default: the first userId of the events.'),
      conversation: described('place', 'Default: the first conversationId of the events.'),
      set: ref('set'),
      // biome-ignore lint/suspicious/noThenProperty: the key of a table, which is not awaited
      then: described('branch', 'What happens when the flow is complete.'),
      otherwise: described('branch', 'What happens when the time is over.'),
    }),
    allOf: [
      { oneOf: [{ required: ['on'] }, { required: ['all'] }, { required: ['any'] }] },
      { anyOf: [{ required: ['then'] }, { required: ['set'] }] },
    ],
    dependentRequired: { within: ['all'], otherwise: ['within'] },
  },
};

/** For editors: the form of a file of flows. What expressions say, only `npm run flows -- check` can check. */
export const flowsSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Flows of Switchboard',
  ...table({
    messages: {
      ...keyed(NAME, ref('texts'), LIMITS.messages),
      description: 'Texts by name and locale. ${…} is an expression.',
    },
    flows: keyed(NAME, ref('flow'), LIMITS.flows),
  }),
  $defs: definitions,
};
