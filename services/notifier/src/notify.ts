import { createHash } from 'node:crypto';
import type { HandlerContext } from '@switchboard/consumer';
import type { AnyEvent } from '@switchboard/events';
import type { Deliver } from './delivering.ts';
import type { NotifierMetrics } from './metrics.ts';
import type { Notification } from './notifications.ts';
import { type Channel, type Decision, decide, type Preference } from './policy.ts';
import type { Addressees } from './recipients/addressees.ts';
import { type Recipient, type Recipients, recipientKey } from './recipients/recipients.ts';
import { shortLocale } from './texts/locale.ts';
import type { Templates } from './texts/templates.ts';
import type { Entry, Message, Put, PutReply, WaitingMessages } from './waiting/waiting-messages.ts';

export interface NotifyDeps {
  readonly recipients: Recipients;
  readonly templates: Pick<Templates, 'valuesOf'>;
  readonly waiting: Pick<WaitingMessages, 'put' | 'release'>;
  readonly deliver: Deliver;
  /** The configured channels. */
  readonly channels: { has(channel: Channel): boolean };
  readonly metrics: NotifierMetrics;
  readonly now: () => number;
}

/** The number of recipients per step in Redis. A step of this size blocks Redis for a few ms. */
const RECIPIENTS_PER_STEP = 100;

type Notify = (event: AnyEvent, context: Pick<HandlerContext, 'idempotencyKey' | 'signal' | 'skip'>) => Promise<void>;

/**
 * Notifies people of an event. A message to one person that may go now is sent at once, and is retried with its event.
 * The sender sends messages that must wait, or that go to many people.
 */
export function notify(notification: Notification, addressees: Addressees, deps: NotifyDeps): Notify {
  const { recipients, templates, waiting, channels, metrics, now } = deps;

  /** Sends the leased messages. A channel that fails does not stop the others. */
  async function carryOut(puts: readonly Put[], replies: readonly PutReply[], signal: AbortSignal): Promise<void> {
    const failures: unknown[] = [];
    for (const [index, reply] of replies.entries()) {
      const { message, entry } = puts[index] as Put;
      if (reply === 'waits') metrics.ended(message, entry === message.id ? 'waits' : 'gathered');
      if (typeof reply === 'string') continue;
      await deps.deliver(reply, signal).catch(async (error) => {
        failures.push(error);
        await release(reply);
      });
    }
    // A temporary error wins over a permanent one: the retry skips messages that were delivered.
    const failure = failures.find((error) => (error as { retry?: string }).retry !== 'never') ?? failures[0];
    if (failure !== undefined) throw failure;
  }

  /** Releases a message. If Redis fails, the lease expires and the sender sends the message. */
  const release = (entry: Entry): Promise<void> => waiting.release(entry).catch(() => {});

  return async (event, context) => {
    const about = notification.about(event as never);
    const draft = {
      event: context.idempotencyKey,
      type: event.meta.type,
      tenant: event.meta.tenant,
      values: templates.valuesOf(event),
      locale: ('locale' in event && shortLocale(event.locale)) || null,
      urgent: notification.urgent(event as never),
      occurredAt: event.meta.occurredAt,
      receivedAt: event.meta.receivedAt,
      requested: notification.requested?.(event as never),
    };
    const expiresAt = (isWork: boolean): number =>
      notification.expiresAt?.(event as never) ?? ageFrom(event.meta, isWork) + notification.expiresAfterMs;
    const reasons = new Set<string>();
    let planned = 0;

    /** One message for each channel on which the person receives it. */
    function plan({ recipient, preference, isOnly }: Addressed, at: number, only?: Channel): Put[] {
      const own = { ...draft, ...recipient, expiresAt: expiresAt(recipient.userId === null) };
      const decision = decide(preference, { ...own, solicited: draft.requested?.solicited }, at);
      if (decision.kind === 'skip') {
        reasons.add(decision.reason);
        return [];
      }
      const usable = decision.channels.filter((channel) => channels.has(channel) && (only ?? channel) === channel);
      if (usable.length === 0) reasons.add('channel_not_configured');
      return usable.map((channel) => {
        const id = hash(draft.event, recipientKey(recipient), channel);
        const person = [draft.tenant, recipientKey(recipient), channel];
        const entry = decision.kind === 'digest' ? hash('digest', ...person, String(decision.at)) : id;
        const queue = decision.kind === 'digest' ? entry : hash('lane', ...person, about, String(draft.urgent));
        const message: Message = { ...own, id, channel };
        return { message, entry, queue, due: dueOf(decision, now()), now: decision.kind === 'send' && isOnly };
      });
    }

    let reached = 0;
    for await (const { some, isAll } of batches(addressees(event))) {
      context.signal.throwIfAborted();
      reached += some.length;
      const preferences = await recipients.preferencesOf(draft.tenant, some);
      const addressed = some.map((recipient, index) => ({
        recipient,
        preference: preferences[index] as Preference,
        isOnly: isAll && some.length === 1,
      }));
      const byKey = new Map(addressed.map((one) => [recipientKey(one.recipient), one]));
      let puts = addressed.flatMap((one) => plan(one, now()));
      planned += puts.length;
      while (puts.length > 0) {
        const replies = await waiting.put(puts);
        await carryOut(puts, replies, context.signal);
        // A message whose digest is already being sent joins the next digest, or none.
        puts = puts.flatMap(({ message, due }, index) =>
          replies[index] === 'closed' ? plan(byKey.get(recipientKey(message)) as Addressed, due, message.channel) : [],
        );
      }
    }
    if (reached === 0) return context.skip('no_recipient');
    if (planned === 0) context.skip([...reasons][0] ?? 'not_opted_in');
  };
}

interface Addressed {
  readonly recipient: Recipient;
  readonly preference: Preference;
  /** The event has no other recipient. */
  readonly isOnly: boolean;
}

/** The recipients in steps, each once in a step. `isAll`: there are no others. */
async function* batches(recipients: AsyncIterable<Recipient>): AsyncGenerator<{ some: Recipient[]; isAll: boolean }> {
  let some = new Map<string, Recipient>();
  let isAll = true;
  for await (const recipient of recipients) {
    if (some.size === RECIPIENTS_PER_STEP) {
      isAll = false;
      yield { some: [...some.values()], isAll };
      some = new Map();
    }
    some.set(recipientKey(recipient), recipient);
  }
  if (some.size > 0) yield { some: [...some.values()], isAll };
}

/** Messages to people age from the event's time, those to agents from its receipt. Senders' clocks may be ahead. */
const ageFrom = ({ occurredAt, receivedAt }: AnyEvent['meta'], isWork: boolean): number =>
  isWork ? receivedAt : Math.min(occurredAt, receivedAt);

const dueOf = (decision: Exclude<Decision, { kind: 'skip' }>, now: number): number =>
  decision.kind === 'send' ? now : decision.kind === 'wait' ? decision.until : decision.at;

/** Deterministic and short, so that it fits Redis keys, headers and a Message-ID. */
const hash = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
