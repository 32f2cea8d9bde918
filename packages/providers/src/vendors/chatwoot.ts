import { bodyPaths } from '../body-paths.ts';
import type { Each, Fields } from '../mapping/mapping.ts';
import { defineProvider } from '../provider.ts';
import { hmacScheme, seconds } from '../schemes/hmac-scheme.ts';

const statusChanged = 'body.event == "conversation_status_changed"';

const isGiven = (path: string): string => `(has(${path}) && ${path} != null && ${path} != "")`;

/** The id of the delivery is not signed. */
const changeId = 'string(body.id) + "-" + string(body.updated_at)';

/** `Channel::WebWidget` is web. */
function channelOf(path: string): string {
  return `${path} == "Channel::WebWidget" ? "web" : ${path}.split("::")[1].lowerAscii()`;
}

const conversation: Fields = {
  conversationId: 'body.id',
  userId: 'body.meta.sender.id',
  'customer.name': 'body.meta.sender.name',
  'customer.email': 'body.meta.sender.email',
  'customer.phone': 'body.meta.sender.phone_number',
  channel: channelOf('body.channel'),
};

/** Chatwoot sends the last message only; type 2 is what happened to the conversation. */
const transcript: Each = {
  each: 'body.messages.filter(one, (!has(one.private) || one.private != true) && one.message_type != 2.0)',
  fields: {
    role: 'item.message_type == 0.0 ? "user" : "agent"',
    // A turn has no attachments of its own.
    text: [
      'item.content',
      `item.attachments.map(file,
        "[" + file.file_type + "]" + (has(file.data_url) && file.data_url != null ? " " + file.data_url : "")).join("\\n")`,
    ],
    timestamp: 'item.created_at',
  },
};

const conversationExample = (before: string, after: string): string => `{
  "event": "conversation_status_changed", "id": {{number}}, "status": "${after}", "channel": "Channel::WebWidget", "inbox_id": 3,
  "changed_attributes": [{ "status": { "previous_value": "${before}", "current_value": "${after}" } }],
  "meta": {
    "sender": { "id": 7, "name": "Jane Doe", "email": "jane.doe@example.com", "phone_number": null, "type": "contact" },
    "assignee": { "id": 1, "name": "Alex Kim", "email": "alex.kim@example.com", "type": "user" }
  },
  "messages": [
    { "id": 900, "content": "I want to talk to somebody.", "message_type": 0, "private": false, "created_at": {{seconds}} }
  ],
  "labels": [], "unread_count": 1, "can_reply": true,
  "created_at": {{seconds}}, "timestamp": {{seconds}}, "updated_at": {{seconds}}.25, "account": { "id": 1, "name": "Example" }
}`;

/** https://www.chatwoot.com/docs/product/features/webhooks: signed from 4.11.2 on. */
export const chatwoot = defineProvider({
  ...hmacScheme({
    header: 'x-chatwoot-signature',
    prefix: 'sha256=',
    algorithm: 'sha256',
    encoding: 'hex',
    time: { header: 'x-chatwoot-timestamp', unit: seconds, before: (time) => `${time}.` },
  }),
  mapping: {
    called: 'body.event',
    events: [
      {
        type: 'message.received',
        when: `body.event == "message_created" && body.message_type == "incoming" &&
          (!has(body.private) || body.private != true)`,
        id: 'body.id',
        at: 'body.created_at.split(" UTC")[0]',
        fields: {
          conversationId: ['body.conversation.id', 'body.conversation.display_id'],
          userId: 'body.sender.id',
          messageId: 'body.id',
          text: 'body.content',
          attachments: { each: 'body.attachments', fields: { url: 'item.data_url', type: 'item.file_type' } },
          channel: channelOf('body.conversation.channel'),
          'customer.name': 'body.sender.name',
          'customer.email': 'body.sender.email',
          'customer.phone': 'body.sender.phone_number',
          sentAt: 'body.created_at.split(" UTC")[0]',
        },
      },
      {
        type: 'conversation.escalated',
        when: `${statusChanged} && body.status == "open" && body.changed_attributes.exists(change,
          has(change.status) && change.status.previous_value == "pending")`,
        id: changeId,
        at: 'body.updated_at',
        fields: {
          ...conversation,
          startedAt: 'body.created_at',
          transcript: transcript,
        },
      },
      {
        type: 'conversation.resolved',
        when: `${statusChanged} && body.status == "resolved"`,
        id: changeId,
        at: 'body.updated_at',
        fields: { ...conversation, resolvedBy: 'body.meta.assignee.name', transcript: transcript },
      },
      {
        type: 'lead.captured',
        when: `body.event == "contact_created" && (${isGiven('body.email')} || ${isGiven('body.phone_number')})`,
        id: 'body.id',
        fields: {
          leadId: 'body.id',
          email: 'body.email',
          phone: 'body.phone_number',
          name: 'body.name',
          company: 'body.additional_attributes.company_name',
        },
      },
    ],
    ignore: [
      ...bodyPaths(`
        account additional_attributes agent_last_seen_at attachments availability_status avatar blocked
        can_reply changed_attributes channel contact_inbox contact_last_seen_at content_attributes
        content_type conversation created_at custom_attributes event first_reply_created_at group
        group_contacts group_source_id group_title identifier inbox inbox_id labels last_activity_at
        message_type messages meta.assignee meta.assignee_type meta.hmac_verified meta.team priority private
        pubsub_token snoozed_until source_id status thumbnail timestamp type unread_count waiting_since
      `),
      ...bodyPaths(
        `additional_attributes availability_status avatar blocked custom_attributes identifier phone_number
        pubsub_token thumbnail type`,
        'meta.sender',
      ),
      ...bodyPaths(
        `account additional_attributes availability_status avatar blocked custom_attributes identifier
        pubsub_token thumbnail type`,
        'sender',
      ),
    ],
  },
  examples: [
    {
      name: 'message_created',
      body: `{
        "event": "message_created", "id": {{number}}, "content": "Hi, where is my order?",
        "created_at": "{{iso}}", "message_type": "incoming", "content_type": "text",
        "content_attributes": {}, "source_id": null, "private": false,
        "sender": {
          "id": 7, "name": "Jane Doe", "email": "jane.doe@example.com", "phone_number": "+46855501024", "type": "contact"
        },
        "inbox": { "id": 3, "name": "Website" },
        "conversation": { "id": 42, "channel": "Channel::WebWidget", "status": "pending" },
        "account": { "id": 1, "name": "Example" }
      }`,
      becomes: ['message.received'],
    },
    {
      name: 'message_created by an agent',
      body: `{
        "event": "message_created", "id": {{number}}, "content": "Hello Jane", "created_at": "{{iso}}",
        "message_type": "outgoing", "content_type": "text", "private": false,
        "sender": { "id": 1, "name": "Agent", "email": "agent@example.com", "type": "user" },
        "conversation": { "id": 42, "channel": "Channel::WebWidget" }, "account": { "id": 1, "name": "Example" }
      }`,
      becomes: [],
    },
    {
      name: 'conversation_status_changed to open',
      body: conversationExample('pending', 'open'),
      becomes: ['conversation.escalated'],
    },
    {
      name: 'conversation_status_changed to resolved',
      body: conversationExample('open', 'resolved'),
      becomes: ['conversation.resolved'],
    },
    {
      name: 'contact_created',
      body: `{
        "event": "contact_created", "id": {{number}}, "name": "Jane Doe", "email": "jane.doe@example.com",
        "phone_number": "+46855501024", "identifier": null, "additional_attributes": { "company_name": "Example AB" },
        "custom_attributes": {}, "account": { "id": 1, "name": "Example" }
      }`,
      becomes: ['lead.captured'],
    },
  ],
});
