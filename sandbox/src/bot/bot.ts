import type { Conversation, Conversations, Entry, NewEntry } from '../chat/conversations.ts';
import type { ActionAnswer } from './answer.ts';
import { contextText } from './context-text.ts';
import { type Intent, understand } from './intent.ts';
import type { ActionCall, EventAnswer, Services } from './services.ts';
import { GREETING, isDown, SUGGESTIONS, textOfAnswer, UNKNOWN } from './texts.ts';

type Reply = Omit<NewEntry, 'from'>;

export interface Bot {
  /** Answers what a person said, in their conversation. Never rejects. */
  answer(conversation: Conversation, said: Entry): Promise<void>;
}

/** What the actions accept. */
const MOST_SUBJECT = 150;
const MOST_TICKET = 5_000;
const MOST_QUESTION = 500;

/** Answers by rules: a model would choose the action instead. */
export function createBot(conversations: Conversations, services: Services): Bot {
  /** The change that each conversation may confirm next. */
  const pending = new WeakMap<Conversation, ActionCall & { confirm: string }>();

  async function act(conversation: Conversation, call: ActionCall, missing: string): Promise<Reply> {
    const startedAt = performance.now();
    const answer = await services.call(conversation, call);
    const how = `action ${call.name} · ${nameOf(answer)} · ${Math.round(performance.now() - startedAt)} ms`;
    const text = textOfAnswer(answer, missing);
    if (answer.kind !== 'unconfirmed') return { text, how };
    pending.set(conversation, { ...call, confirm: answer.confirm });
    return { text, how, choices: ['Yes', 'No'] };
  }

  async function reply(conversation: Conversation, said: Entry, intent: Intent): Promise<Reply> {
    const change = pending.get(conversation);
    pending.delete(conversation);
    const idempotencyKey = `${conversation.conversationId}-${said.id}`;
    switch (intent.kind) {
      case 'yes':
        return change === undefined
          ? { text: 'There is nothing to confirm.', choices: SUGGESTIONS }
          : act(conversation, change, 'There is nothing to change any more.');
      case 'no':
        return { text: change === undefined ? 'All right.' : 'All right, I changed nothing.' };
      case 'order-status': {
        const { orderId } = intent;
        return act(conversation, { name: 'order-status', input: { orderId } }, `I find no order ${orderId} of yours.`);
      }
      case 'which-order':
        return { text: 'Which order? Give me its number, such as 1001.', choices: ['Where is order 1001?'] };
      case 'subscription-status':
        return act(conversation, { name: 'subscription-status', input: {} }, 'I find no subscription of yours.');
      case 'update-subscription':
        return act(
          conversation,
          { name: 'update-subscription', input: { plan: intent.plan }, idempotencyKey },
          'I find no subscription of yours.',
        );
      case 'cancel-subscription':
        return act(
          conversation,
          { name: 'cancel-subscription', input: {}, idempotencyKey },
          'I find no subscription of yours.',
        );
      case 'which-plan':
        return {
          text: 'To which plan?',
          choices: ['Switch to Starter', 'Switch to Team', 'Switch to Business'],
        };
      case 'search-knowledge':
        return act(
          conversation,
          { name: 'search-knowledge', input: { question: intent.query.slice(0, MOST_QUESTION) } },
          'The help pages do not say. I can fetch a person.',
        );
      case 'create-ticket': {
        const subject = intent.subject.slice(0, MOST_SUBJECT);
        const text = transcriptOf(conversation)
          .map((said) => `${said.role}: ${said.text}`)
          .join('\n')
          .slice(-MOST_TICKET);
        const input = { subject, text };
        return act(conversation, { name: 'create-ticket', input, idempotencyKey }, 'I could not open a ticket.');
      }
      case 'talk-to-person':
        return escalate(conversation);
      case 'about-me':
        return aboutMe(conversation);
      case 'greeting':
        return { text: GREETING, choices: SUGGESTIONS };
      case 'thanks':
        return { text: 'You are welcome.' };
      case 'unknown':
        return { text: UNKNOWN, choices: SUGGESTIONS };
    }
  }

  async function escalate(conversation: Conversation): Promise<Reply> {
    const { conversationId, person, startedAt } = conversation;
    const { userId, name, email } = person;
    const transcript = transcriptOf(conversation);
    const answer = await services.send('escalation', {
      event: 'conversation.escalated',
      timestamp: new Date().toISOString(),
      data: {
        conversationId,
        userId,
        customer: { name, email },
        intent: 'talk to a person',
        reason: 'asked_for_person',
        summary: `${name} asked for a person.`,
        messageCount: transcript.length,
        startedAt,
        channel: 'web',
        locale: 'en',
        transcript,
      },
    });
    const how = `event conversation.escalated · ${nameOf(answer)}`;
    if (answer.kind === 'sent') return { text: 'A colleague has your conversation now, and will write here.', how };
    return { text: trouble(answer), how };
  }

  async function aboutMe({ person, conversationId }: Conversation): Promise<Reply> {
    const [user, conversation] = await Promise.all([
      services.context('users', person.userId),
      services.context('conversations', conversationId),
    ]);
    const how = `context of ${person.userId} · ${nameOf(user)}`;
    if (user.kind === 'down') return { text: isDown(user, 'the context service'), how };
    if (user.kind === 'refused')
      return { text: `Switchboard does not let me read your context (${user.status}).`, how };
    const text = contextText([user, conversation].map((one) => (one.kind === 'known' ? one.body : undefined)));
    return { text, how };
  }

  /** Tells Switchboard what the person said. @returns what to say when that fails */
  async function report(
    { conversationId, person }: Conversation,
    { id, text, at }: Entry,
  ): Promise<string | undefined> {
    const { userId, name, email } = person;
    const messageId = `${conversationId}-${id}`;
    const data = { conversationId, userId, messageId, text, channel: 'web', customer: { name, email }, sentAt: at };
    const answer = await services.send('chatbot', { event: 'message.received', timestamp: at, data });
    return answer.kind === 'sent' ? undefined : trouble(answer);
  }

  /** The conversations that heard that ingest does not take their messages. */
  const warned = new WeakSet<Conversation>();

  async function warn(conversation: Conversation, said: Entry): Promise<void> {
    const problem = await report(conversation, said);
    if (problem === undefined) {
      warned.delete(conversation);
    } else if (!warned.has(conversation)) {
      warned.add(conversation);
      conversations.add(conversation, { from: 'bot', text: `${problem} What you write here causes no event.` });
    }
  }

  return {
    async answer(conversation, said) {
      conversations.setTyping(conversation, true);
      const reported = warn(conversation, said);
      try {
        const answer = await reply(conversation, said, understand(said.text));
        conversations.add(conversation, { from: 'bot', ...answer });
      } catch {
        conversations.add(conversation, { from: 'bot', text: 'I made a mistake. Please say that again.' });
      }
      conversations.setTyping(conversation, false);
      await reported;
    },
  };
}

const trouble = (answer: Exclude<EventAnswer, { kind: 'sent' }>): string =>
  answer.kind === 'down' ? isDown(answer, 'ingest') : `Switchboard refused the event (${answer.status}).`;

const transcriptOf = ({ entries }: Conversation) =>
  entries.map(({ from, text, at }) => ({ role: from === 'person' ? 'user' : 'bot', text, timestamp: at }));

const NAMES: Partial<Record<ActionAnswer['kind'], string>> = {
  done: '200',
  follows: '202',
  unconfirmed: '409, to confirm',
  'not-found': '404',
  'too-many': '429',
  'no-answer': 'no answer',
};

function nameOf(answer: { kind: string; status?: number }): string {
  return answer.status === undefined ? (NAMES[answer.kind as ActionAnswer['kind']] ?? answer.kind) : `${answer.status}`;
}
