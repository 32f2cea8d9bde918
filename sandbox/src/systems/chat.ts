import { hash, randomUUID } from 'node:crypto';
import { hasApiKey } from '../authentication.ts';
import type { Board } from '../board.ts';
import { credentials } from '../credentials.ts';
import { objectOf, textOf } from '../json.ts';
import { effect, lookup, Refused, refuse, type System, type SystemRequest } from '../system.ts';
import { createTable } from '../table.ts';

const CODES: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  404: 'not_found',
  422: 'invalid',
  429: 'rate_limited',
};

const problem = (status: number, message: string) =>
  refuse(status, { error: { code: CODES[status] ?? (status < 500 ? 'rejected' : 'internal'), message } });

const text = (value: unknown, name: string): string => {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new Refused(problem(422, `${name} must be a non-empty string`));
};

const hashOf = (body: unknown): string => hash('sha256', JSON.stringify(body));

/** The chatbot platform: messages to its users, and the documents that its answers come from. */
export function createChat(board: Board): System {
  const sent = createTable<{ hash: string; answer: object }>();
  const documents = createTable<{ id: string; [field: string]: unknown }>();

  function send({ body, headers }: SystemRequest) {
    const fields = objectOf(body);
    const user = text(fields.user_id, 'user_id');
    const message = text(fields.message, 'message');
    const key = headers['idempotency-key'];
    const known = key === undefined ? undefined : sent.get(key);
    if (known !== undefined) {
      return known.hash === hashOf(body)
        ? lookup(known.answer)
        : problem(422, 'this idempotency key was used for a different message');
    }
    const answer = { id: randomUUID(), user_id: user, status: 'sent' };
    if (key !== undefined) sent.set(key, { hash: hashOf(body), answer });
    board.put({ kind: 'message', system: 'chat', id: answer.id, title: user, text: message });
    return effect(200, answer);
  }

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
