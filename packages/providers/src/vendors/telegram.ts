import { bodyPaths } from '../body-paths.ts';
import { defineProvider } from '../provider.ts';
import { secretHeader } from '../schemes/secret-header.ts';

/** https://core.telegram.org/bots/api#setwebhook */
export const telegram = defineProvider({
  ...secretHeader('x-telegram-bot-api-secret-token'),
  mapping: {
    events: [
      {
        type: 'message.received',
        when: `has(body.message.from) && body.message.from.is_bot != true && (has(body.message.text) ||
          has(body.message.caption) || has(body.message.photo) || has(body.message.document) || has(body.message.voice) ||
          has(body.message.audio) || has(body.message.video))`,
        id: 'body.update_id',
        at: 'body.message.date',
        fields: {
          conversationId: 'body.message.chat.id',
          userId: 'body.message.from.id',
          messageId: 'body.message.message_id',
          text: ['body.message.text', 'body.message.caption'],
          attachments: {
            each: [
              '[body.message.document]',
              '[body.message.voice]',
              '[body.message.audio]',
              '[body.message.video]',
              'has(body.message.photo) ? [{"mime_type": "image/jpeg"}] : []',
            ],
            fields: { type: 'item.mime_type', name: 'item.file_name' },
          },
          channel: '"telegram"',
          locale: 'body.message.from.language_code',
          'customer.name': [
            'body.message.from.first_name + " " + body.message.from.last_name',
            'body.message.from.first_name',
          ],
          sentAt: 'body.message.date',
        },
      },
    ],
    ignore: bodyPaths(
      `animation audio author_signature business_connection_id caption_entities chat direct_messages_topic
      document edit_date effect_id entities external_reply forward_origin from has_media_spoiler
      has_protected_content is_automatic_forward is_from_offline is_paid_post is_topic_message
      link_preview_options media_group_id message_thread_id paid_star_count photo quote reply_markup
      reply_to_checklist_task_id reply_to_message reply_to_poll_option_id reply_to_story sender_boost_count
      sender_business_bot sender_chat sender_tag show_caption_above_media suggested_post_info via_bot video
      voice`,
      'message',
    ),
  },
  examples: [
    {
      name: 'message',
      body: `{
        "update_id": {{number}},
        "message": {
          "message_id": 1365, "date": {{seconds}}, "text": "/start",
          "chat": { "id": 1111111, "type": "private", "first_name": "Test", "last_name": "Lastname", "username": "Test" },
          "from": {
            "id": 1111111, "is_bot": false, "first_name": "Test", "last_name": "Lastname", "username": "Test",
            "language_code": "en"
          }
        }
      }`,
      becomes: ['message.received'],
    },
    {
      name: 'document',
      body: `{
        "update_id": {{number}},
        "message": {
          "message_id": 1366, "date": {{seconds}}, "caption": "The list",
          "chat": { "id": 1111111, "type": "private", "first_name": "Test" },
          "from": { "id": 1111111, "is_bot": false, "first_name": "Test" },
          "document": { "file_id": "AwADBAADbXXXXXXXXXXXGBdhD2l6_XX", "file_name": "list.pdf", "mime_type": "application/pdf" }
        }
      }`,
      becomes: ['message.received'],
    },
    {
      name: 'message of a bot',
      body: `{
        "update_id": {{number}},
        "message": {
          "message_id": 1367, "date": {{seconds}}, "text": "How can I help?", "chat": { "id": -100123, "type": "supergroup" },
          "from": { "id": 2222222, "is_bot": true, "first_name": "Bot", "username": "ExampleBot" }
        }
      }`,
      becomes: [],
    },
    {
      name: 'edited message',
      body: `{
        "update_id": {{number}},
        "edited_message": {
          "message_id": 1365, "date": {{seconds}}, "edit_date": {{seconds}}, "text": "Edited text",
          "chat": { "id": 1111111, "type": "private" }, "from": { "id": 1111111, "is_bot": false, "first_name": "Test" }
        }
      }`,
      becomes: [],
    },
  ],
});
