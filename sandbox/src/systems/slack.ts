import { createHash } from 'node:crypto';
import { bearerOf, hasBearer } from '../authentication.ts';
import type { Board } from '../board.ts';
import { credentials } from '../credentials.ts';
import { isEmail, isObject, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import {
  type Answer,
  effect,
  lookup,
  Refused,
  type Route,
  refuse,
  type System,
  type SystemRequest,
} from '../system.ts';
import { createTable } from '../table.ts';

interface Message extends JsonObject {
  type: 'message';
  channel: string;
  ts: string;
  text: string;
}

const MOST_CHARACTERS = 40_000;
const MOST_BLOCKS = 50;
const MOST_BLOCK_CHARACTERS = 3_000;

const failed = (error: string): Answer => ({ kind: 'refused', status: 200, body: { ok: false, error } });
const fail = (error: string): never => {
  throw new Refused(failed(error));
};

const CHANNEL_NAMES: Readonly<Record<string, string>> = {
  [credentials.slack.agentsChannel]: '#support-agents',
  [credentials.slack.alertsChannel]: '#alerts',
};

/** Derives an id in Slack's format from a name. */
const idFor = (letter: string, name: string): string =>
  `${letter}0${createHash('sha256').update(name).digest('hex').slice(0, 8).toUpperCase()}`;

/** The Web API. Channels exist unless their name begins with `missing`; `archived…` refuses messages. */
export function createSlack(board: Board): System {
  const messages = createTable<Message>({ channel: ({ channel }) => [channel] });
  const names = new Map<string, string>();
  let lastTs = 0;

  function channelOf(given: string): string {
    const name = given.replace(/^#/, '');
    if (name === '' || name.startsWith('missing') || /\s/.test(name)) return fail('channel_not_found');
    if (name.startsWith('archived')) return fail('is_archived');
    const id = /^[CDGU][A-Z0-9]{5,}$/.test(given) ? given : idFor('C', name);
    names.set(id, names.get(id) ?? given);
    if (names.size > 10_000) names.delete(names.keys().next().value ?? '');
    // Messages to a user go to the direct conversation.
    return id.startsWith('U') ? `D${id.slice(1)}` : id;
  }

  function nextTs(): string {
    // Unique, in microseconds.
    lastTs = Math.max(lastTs + 1, Date.now() * 1_000);
    return `${Math.floor(lastTs / 1_000_000)}.${String(lastTs % 1_000_000).padStart(6, '0')}`;
  }

  const post: Route = (request) => {
    const given = argumentsOf(request);
    const channel = channelOf(textOf(given.channel));
    const { text = '', blocks, attachments, thread_ts: thread, metadata } = given;
    checkBlocks(blocks);
    if (textOf(text) === '' && listOf(blocks).length === 0 && listOf(attachments).length === 0)
      return failed('no_text');
    if (textOf(text).length > MOST_CHARACTERS) return failed('msg_too_long');
    if (
      metadata !== undefined &&
      (textOf(objectOf(metadata).event_type) === '' || !isObject(objectOf(metadata).event_payload))
    ) {
      return failed('invalid_metadata_format');
    }
    const ts = nextTs();
    const message: Message = {
      type: 'message',
      channel,
      ts,
      text: textOf(text),
      bot_id: 'B0SANDBOX',
      ...(blocks === undefined ? {} : { blocks }),
      ...(attachments === undefined ? {} : { attachments }),
      ...(thread === undefined ? {} : { thread_ts: thread }),
      ...(metadata === undefined ? {} : { metadata }),
    };
    messages.set(`${channel}:${ts}`, message);
    board.put({
      kind: 'message',
      system: 'slack',
      id: ts,
      title: CHANNEL_NAMES[channel] ?? names.get(channel) ?? textOf(given.channel),
      text: [
        readMrkdwn(textOf(text)),
        ...listOf(blocks).flatMap(blockTexts),
        ...listOf(attachments).flatMap(attachmentTexts),
      ]
        .filter((one, index, all) => one !== '' && all.indexOf(one) === index)
        .join('\n'),
    });
    return effect(200, { ok: true, channel, ts, message: shown(message, false) });
  };

  const history: Route = (request) => {
    const { channel, limit = 100, oldest = '0', latest, include_all_metadata: all, cursor } = argumentsOf(request);
    if (!/^[CDG][A-Z0-9]{5,}$/.test(textOf(channel))) return failed('channel_not_found');
    const found = messages
      .find('channel', textOf(channel))
      .filter(({ ts }) => ts > textOf(oldest) && (latest === undefined || ts < textOf(latest)))
      .reverse();
    const start = Number(cursor ?? 0) || 0;
    const end = start + Math.min(Number(limit) || 100, 999);
    const next = end < found.length ? { response_metadata: { next_cursor: String(end) } } : {};
    const page = found.slice(start, end).map((message) => shown(message, String(all) === 'true'));
    return lookup({ ok: true, messages: page, has_more: end < found.length, ...next });
  };

  const userByEmail: Route = (request) => {
    const email = textOf(argumentsOf(request).email).toLowerCase();
    if (!isEmail(email) || email.startsWith('missing')) return failed('users_not_found');
    const id = idFor('U', email);
    names.set(`D${id.slice(1)}`, email);
    return lookup({ ok: true, user: { id, name: email.split('@')[0], profile: { email } } });
  };

  const open: Route = (request) => {
    const users = textOf(argumentsOf(request).users);
    if (!/^U[A-Z0-9]{5,}$/.test(users)) return failed('user_not_found');
    return lookup({ ok: true, channel: { id: `D${users.slice(1)}` } });
  };

  const methods: Readonly<Record<string, Route>> = {
    'chat.postMessage': post,
    'conversations.history': history,
    'users.lookupByEmail': userByEmail,
    'conversations.open': open,
    'auth.test': () => lookup({ ok: true, team: 'Sandbox', user: 'switchboard', bot_id: 'B0SANDBOX' }),
  };

  /** Slack answers with 200 even when it refuses the token or the method. */
  const call: Route = (request) => {
    if (bearerOf(request.headers) === undefined && textOf(objectOf(request.body).token) === '')
      return failed('not_authed');
    if (!hasBearer(request.headers, credentials.slack.token)) return failed('invalid_auth');
    return (methods[request.params.method ?? ''] ?? (() => failed('unknown_method')))(request);
  };

  return {
    name: 'slack',
    routes: { 'POST /api/:method': call, 'GET /api/:method': call },
    // `call` checks the token, since Slack refuses with 200.
    authenticate: () => true,
    refusal,
    failure: failed,
    clear() {
      messages.clear();
      names.clear();
    },
  };
}

/** Reads arguments from JSON, a form or the query. The latter two carry structured ones as JSON text. */
function argumentsOf({ body, query }: SystemRequest): JsonObject {
  const given: JsonObject = { ...query, ...objectOf(body) };
  for (const name of ['blocks', 'attachments', 'metadata']) {
    if (typeof given[name] !== 'string') continue;
    try {
      given[name] = JSON.parse(given[name]);
    } catch {
      fail(`invalid_${name}`);
    }
  }
  return given;
}

const shown = ({ channel: _channel, metadata, ...message }: Message, withMetadata: boolean): JsonObject => ({
  ...message,
  ...(withMetadata && metadata !== undefined ? { metadata } : {}),
});

/** Converts Slack's markup to the text that its reader sees, with the labels of links. */
const readMrkdwn = (text: string): string =>
  text
    .replaceAll(/<(?:https?:|mailto:|tel:)[^<>|]*\|([^<>]*)>/g, '$1')
    .replaceAll(/<((?:https?:|mailto:|tel:)[^<>|]*)>/g, '$1')
    .replaceAll(/<!(here|channel|everyone)>/g, '@$1')
    .replaceAll(/(?<![\w*])\*(?! )([^*\n]*[^*\n ])\*(?![\w*])/g, '$1')
    .replaceAll(/&(lt|gt|amp);/g, (_entity, name: 'lt' | 'gt' | 'amp') => ENTITIES[name]);
const ENTITIES = { lt: '<', gt: '>', amp: '&' };

/** The visible texts of a block. */
function blockTexts(block: unknown): string[] {
  const { text, fields, elements } = objectOf(block);
  return [text, ...listOf(fields), ...listOf(elements)].flatMap((part) => {
    const { type, text: inner } = objectOf(part);
    const own = isObject(inner) ? inner : { type, text: inner };
    return [own.type === 'mrkdwn' ? readMrkdwn(textOf(own.text)) : textOf(own.text)];
  });
}

/** The visible texts of an attachment, the older form of blocks. */
const attachmentTexts = (attachment: unknown): string[] => {
  const { title, text } = objectOf(attachment);
  return [textOf(title), textOf(text)].map(readMrkdwn);
};

function refusal(status: number): Answer {
  const errors: Readonly<Record<number, string>> = {
    401: 'invalid_auth',
    404: 'unknown_method',
    429: 'ratelimited',
  };
  return refuse(status, {
    ok: false,
    error: errors[status] ?? (status < 500 ? 'invalid_arguments' : 'internal_error'),
  });
}

function checkBlocks(blocks: unknown): void {
  if (blocks === undefined) return;
  if (!Array.isArray(blocks) || blocks.length > MOST_BLOCKS) fail('invalid_blocks');
  for (const block of listOf(blocks)) {
    const { type, text } = objectOf(block);
    if (textOf(type) === '') fail('invalid_blocks');
    if (isObject(text) && textOf(text.text).length > MOST_BLOCK_CHARACTERS) fail('invalid_blocks');
  }
}
