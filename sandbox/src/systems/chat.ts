import { hash, randomUUID } from 'node:crypto';
import { hasApiKey } from '../authentication.ts';
import type { Board } from '../board.ts';
import type { Conversations, NewEntry } from '../chat/conversations.ts';
import { credentials } from '../credentials.ts';
import { isObject, type JsonObject, objectOf, textOf } from '../json.ts';
import { effect, lookup, Refused, refuse, type System, type SystemRequest } from '../system.ts';
import { createTable } from '../table.ts';

const CODES: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  404: 'not_found',
  422: 'invalid',
  429: 'rate_limited',
};

const problem = (status: number, message: string, code = CODES[status] ?? (status < 500 ? 'rejected' : 'internal')) =>
  refuse(status, { error: { code, message } });

const text = (value: unknown, name: string): string => {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new Refused(problem(422, `${name} must be a non-empty string`));
};

const hashOf = (body: unknown): string => hash('sha256', JSON.stringify(body));

/** The chatbot platform: messages to its users, its dialogues, and the documents that its answers come from. */
export function createChat(board: Board, conversations: Conversations): System {
  const sent = createTable<{ hash: string; answer: object }>();
  const documents = createTable<{ id: string; [field: string]: unknown }>();

  /** Does it once for an idempotency key. */
  function once({ body, headers, path }: SystemRequest, perform: (fields: JsonObject) => JsonObject) {
    const key = headers['idempotency-key'];
    const hashed = hashOf([path, body]);
    const known = key === undefined ? undefined : sent.get(key);
    if (known !== undefined) {
      return known.hash === hashed
        ? lookup(known.answer)
        : problem(422, 'this idempotency key was used for a different message');
    }
    const answer = perform(objectOf(body));
    if (key !== undefined) sent.set(key, { hash: hashed, answer });
    return effect(200, answer);
  }

  /** Shows it in the open chat of the person, if it is one of the demo people. */
  function deliver(userId: string, entry: NewEntry): void {
    const conversation = conversations.of(userId);
    if (conversation !== undefined) conversations.add(conversation, entry);
  }

  const send = (request: SystemRequest) =>
    once(request, ({ user_id: userId, conversation_id: conversationId, message: given }) => {
      const user = text(userId, 'user_id');
      const message = text(given, 'message');
      const conversation =
        conversationId === undefined ? {} : { conversation_id: text(conversationId, 'conversation_id') };
      const answer = { id: randomUUID(), user_id: user, ...conversation, status: 'sent' };
      board.put({
        kind: 'message',
        system: 'chat',
        id: answer.id,
        title: user,
        text: message,
        fields: [['conversation', textOf(conversationId)]],
      });
      deliver(user, { from: 'platform', text: message });
      return answer;
    });

  /** Nodes exist unless their name begins with `missing`. */
  const start = (request: SystemRequest) =>
    once(request, ({ user_id: userId, conversation_id: conversationId, node: given, variables = {} }) => {
      const user = text(userId, 'user_id');
      const node = text(given, 'node');
      const conversation =
        conversationId === undefined ? {} : { conversation_id: text(conversationId, 'conversation_id') };
      if (!isObject(variables)) throw new Refused(problem(422, 'variables must be an object'));
      if (node.startsWith('missing')) throw new Refused(problem(422, 'there is no such node', 'unknown_node'));
      const answer = { id: randomUUID(), user_id: user, ...conversation, node, status: 'started' };
      const fields = Object.entries(variables).map(([name, value]): [string, string] => [
        name,
        textOf(value) || JSON.stringify(value),
      ]);
      board.put({ kind: 'message', system: 'chat', id: answer.id, title: user, badges: [`node: ${node}`], fields });
      deliver(user, { from: 'node', text: node, fields });
      return answer;
    });

  function put({ params, body }: SystemRequest) {
    const id = params.id ?? '';
    const document = { ...objectOf(body), id };
    const isNew = documents.get(id) === undefined;
    documents.set(id, document);
    const { title, content, text: plain, url, locale, tags } = document as Record<string, unknown>;
    board.put({
      kind: 'document',
      system: 'chat',
      id,
      title: textOf(title) || id,
      ...(textOf(content) === '' ? { text: textOf(plain) } : { html: textOf(content) }),
      badges: [locale, ...(Array.isArray(tags) ? tags : [])].map(textOf).filter((badge) => badge !== ''),
      fields: [['URL', textOf(url)]],
    });
    return effect(isNew ? 201 : 200, { id, status: 'indexed' });
  }

  function remove({ params }: SystemRequest) {
    const id = params.id ?? '';
    if (!documents.delete(id)) return problem(404, 'document not found');
    board.remove('document', 'chat', id);
    return effect(204);
  }

  function get({ params }: SystemRequest) {
    const document = documents.get(params.id ?? '');
    return document === undefined ? problem(404, 'document not found') : lookup(document);
  }

  return {
    name: 'chat',
    routes: {
      'POST /v1/messages': send,
      'POST /v1/dialogues': start,
      'PUT /v1/knowledge/documents/:id': put,
      'DELETE /v1/knowledge/documents/:id': remove,
      'GET /v1/knowledge/documents/:id': get,
    },
    authenticate: (headers) => hasApiKey(headers, credentials.chat.apiKey),
    refusal: (status) =>
      problem(status, status === 401 ? 'the API key is missing or wrong' : `answered with ${status}`),
    clear() {
      sent.clear();
      documents.clear();
    },
  };
}
