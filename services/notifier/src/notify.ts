import { createHash } from 'node:crypto';
import { withinLimit } from '@switchboard/async';
import { type Availability, type HandlerContext, idsOf, noteMade, UnavailableError } from '@switchboard/consumer';
import type { AnyEvent } from '@switchboard/events';
import type { Outlets } from './channels/outlets.ts';
import type { Deliver } from './delivering.ts';
import type { NotifierMetrics } from './metrics.ts';
import type { Notification } from './notifications.ts';
import { type Channel, type Decision, decide, type Preference } from './policy.ts';
import type { Addressees } from './recipients/addressees.ts';
import { type Recipient, type Recipients, recipientKey } from './recipients/recipients.ts';
import { shortLocale } from './texts/locale.ts';
import type { Templates } from './texts/templates.ts';
import type { Sender } from './waiting/sender.ts';
import {
  type Entry,
  type Message,
  PROBE_EVERY_MS,
  type Put,
  type PutReply,
  type WaitingMessages,
} from './waiting/waiting-messages.ts';

export interface NotifyDeps {
  readonly recipients: Recipients;
  readonly templates: Pick<Templates, 'valuesOf'>;
  readonly waiting: Pick<WaitingMessages, 'put' | 'postpone' | 'release'>;
  readonly deliver: Deliver;
  readonly sender: Pick<Sender, 'isSlow' | 'adopt' | 'stopping'>;
  /** How long an event that has sent another message waits for one. */
  readonly slowMs: number;
  readonly outlets: Outlets;
  readonly availability: Pick<Availability, 'anySignal'>;
  readonly metrics: NotifierMetrics;
  readonly now: () => number;
}

/** The number of recipients per step in Redis. A step of this size blocks Redis for a few ms. */
const RECIPIENTS_PER_STEP = 100;

/** A message that an event sends itself. */
interface Sending {
  readonly entry: Entry;
  readonly message: Message;
  readonly result: ReturnType<Deliver>;
}

type Notify = (event: AnyEvent, context: Pick<HandlerContext, 'idempotencyKey' | 'signal' | 'skip'>) => Promise<void>;

/**
 * Notifies people of an event. A message to one person that may go now is sent at once, and is retried with its event.
 * The sender sends messages that must wait, or that go to many people.
 */
export function notify(notification: Notification, addressees: Addressees, deps: NotifyDeps): Notify {
  const { recipients, templates, waiting, sender, outlets, availability, metrics, now } = deps;

  /**
   * Sends the leased messages side by side. A channel that fails or hangs does not stop the others: if its system is
   * unavailable or slow and another message of the event has gone, its own is left to the sender, so that it does not
   * hold up the key of the event.
   */
  async function carryOut(
    puts: readonly Put[],
    replies: readonly PutReply[],
    addressed: ReadonlyMap<string, Addressed>,
    signal: AbortSignal,
  ): Promise<void> {
    const failures: { entry: Entry; message: Message; error: unknown }[] = [];
    const pending = new Map<Sending, Promise<void>>();
    const startedAt = performance.now();
    // What the sender takes over ends with it: one of several, never a message that is alone.
    const unlessStopped = puts.length > 1 ? availability.anySignal(signal, sender.stopping) : signal;

    async function untilEnded(sending: Sending): Promise<void> {
      try {
        const effect = await sending.result;
        pending.delete(sending);
        if (effect?.id !== undefined) noteMade(signal, { system: effect.system, id: effect.id });
      } catch (error) {
        if (pending.delete(sending)) failures.push({ ...sending, error });
      }
    }

    function leaveSlow(): void {
      if (failures.length + pending.size === puts.length) return;
      for (const sending of pending.keys()) {
        const { entry, message, result } = sending;
        if (!isShared(message.channel) || !sender.adopt(entry, result, startedAt)) continue;
        pending.delete(sending);
        metrics.ended(message, 'waits');
      }
    }

    for (const [index, reply] of replies.entries()) {
      const { message, entry } = puts[index] as Put;
      if (reply === 'waits') metrics.ended(message, entry === message.id ? 'waits' : 'gathered');
      if (typeof reply === 'string') continue;
      const { preference } = addressed.get(recipientKey(message)) as Addressed;
      const sending = { entry: reply, message, result: deps.deliver(reply, unlessStopped, preference) };
      pending.set(sending, untilEnded(sending));
    }
    if (puts.length > 1) await withinLimit(deps.slowMs, () => Promise.all(pending.values()));
    for (leaveSlow(); pending.size > 0; leaveSlow()) await Promise.race(pending.values());
    const lasting: unknown[] = [];
    for (const { entry, message, error } of failures) {
      if (failures.length < puts.length && retryOf(error) === 'when-available' && (await handOver(entry))) {
        metrics.ended(message, 'waits');
      } else {
        lasting.push(error);
        await release(entry);
      }
    }
    const full = puts.find((_, index) => replies[index] === 'full');
    if (full !== undefined) {
      lasting.push(new UnavailableError(full.target, { cause: new Error('too many messages wait for it') }));
    }
    // A temporary error wins over a permanent one: the retry skips messages that were delivered.
    const failure = lasting.find((error) => retryOf(error) !== 'never') ?? lasting[0];
    if (failure !== undefined) throw failure;
  }

  /** The channels whose systems are not slow, or all. A slow one is left to the sender if another one goes. */
  function quickOf(usable: readonly { channel: Channel; target: string }[]): Channel[] {
    const quick = usable.filter(({ channel, target }) => !isShared(channel) || !sender.isSlow(target));
    return (quick.length > 0 ? quick : usable).map(({ channel }) => channel);
  }

  /** Lets the sender send it. False if Redis fails. */
  const handOver = (entry: Entry): Promise<boolean> =>
    waiting.postpone(entry, now(), { spent: false, restUntil: now() + PROBE_EVERY_MS }).then(
      () => true,
      () => false,
    );

  /** Releases a message. If Redis fails, the lease expires and the sender sends the message. */
  const release = (entry: Entry): Promise<void> => waiting.release(entry).catch(() => {});

  return async (event, context) => {
    const about = notification.about(event as never);
    const draft = {
      event: context.idempotencyKey,
      ids: idsOf(event),
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
      const usable = decision.channels.flatMap((channel) => {
        const target = outlets.of(draft.tenant, channel)?.name;
        return target !== undefined && (only ?? channel) === channel ? [{ channel, target }] : [];
      });
      if (usable.length === 0) reasons.add('channel_not_configured');
      const goesNow = decision.kind === 'send' && isOnly ? quickOf(usable) : [];
      return usable.map(({ channel, target }) => {
        const id = hash(draft.event, recipientKey(recipient), channel);
        const person = [draft.tenant, recipientKey(recipient), channel];
        const entry = decision.kind === 'digest' ? hash('digest', ...person, String(decision.at)) : id;
        const queue = decision.kind === 'digest' ? entry : hash('lane', ...person, about, String(draft.urgent));
        const message: Message = { ...own, id, channel };
        return { message, entry, queue, target, due: dueOf(decision, now()), now: goesNow.includes(channel) };
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
        await carryOut(puts, replies, byKey, context.signal);
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

/** A person's own webhook that is slow says nothing about those of others, and must not delay them. */
const isShared = (channel: Channel): boolean => channel !== 'webhook';

const retryOf = (error: unknown): string | undefined => (error as { retry?: string }).retry;

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
