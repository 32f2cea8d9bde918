import type { Example } from '../provider.ts';
import { platformMapping } from './platform-mapping.ts';

const examples: readonly Example[] = [
  {
    name: 'escalation',
    body: `{
      "event": "conversation.escalated", "event_id": "{{run}}", "timestamp": "{{iso}}",
      "data": {
        "conversationId": "conv-{{run}}", "reason": "Asked for a person",
        "customer": { "name": "Ada Lovelace", "email": "ada@example.com" }
      }
    }`,
    becomes: ['conversation.escalated'],
  },
];

/** What senders of a scheme without a vendor send, unless their source has a mapping. */
export const ownPayload = { mapping: platformMapping, examples };
