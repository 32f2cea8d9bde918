import type { FastifyInstance, FastifyReply } from 'fastify';
import { createBot } from '../bot/bot.ts';
import type { Services } from '../bot/services.ts';
import { objectOf, textOf } from '../json.ts';
import { demoPeople } from '../people.ts';
import { openChatStream } from './chat-stream.ts';
import type { Conversations } from './conversations.ts';

export interface ChatDeps {
  services: Services;
  /** Ends open streams. */
  closing: AbortSignal;
}

const MOST_CHARACTERS = 2_000;
/** More than a person types while the bot waits for an answer. */
const MOST_WAITING = 20;

/** What the chat page needs: the people, the live conversation of one, and what that person writes. */
export function registerChat(
  http: FastifyInstance,
  conversations: Conversations,
  { services, closing }: ChatDeps,
): void {
  const bot = createBot(conversations, services);
  /** The bot answers one message of a person after the other. */
  const queues = new Map(demoPeople.map(({ userId }) => [userId as string, { length: 0, last: Promise.resolve() }]));

  const wrong = (reply: FastifyReply, error: string, status = 400): FastifyReply => reply.code(status).send({ error });
  const whoIs = (person: unknown) => conversations.of(textOf(person));
  const unknownPerson = `person must be one of ${demoPeople.map(({ userId }) => userId).join(', ')}.`;

  http.get('/chat-page/people', async () => demoPeople);

  http.get('/chat-page/live', (request, reply) => {
    const conversation = whoIs(objectOf(request.query).person);
    if (conversation === undefined) return wrong(reply, unknownPerson);
    reply.hijack();
    openChatStream(reply.raw, { conversations, userId: conversation.person.userId }, closing);
  });

  http.post('/chat-page/messages', async ({ body }, reply) => {
    const { person, text } = objectOf(body);
    const conversation = whoIs(person);
    const queue = queues.get(textOf(person));
    if (conversation === undefined || queue === undefined) return wrong(reply, unknownPerson);
    if (typeof text !== 'string' || text.trim() === '') return wrong(reply, 'text must be a non-empty string.');
    if (text.length > MOST_CHARACTERS) return wrong(reply, `text must have at most ${MOST_CHARACTERS} characters.`);
    if (queue.length >= MOST_WAITING) return wrong(reply, 'The bot is still busy with earlier messages.', 429);
    const said = conversations.add(conversation, { from: 'person', text: text.trim() });
    queue.length += 1;
    queue.last = queue.last
      .then(() => bot.answer(conversation, said))
      .finally(() => {
        queue.length -= 1;
      });
    return reply.code(202).send({ id: said.id });
  });
}
