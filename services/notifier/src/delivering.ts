import { isDeepStrictEqual } from 'node:util';
import type { Availability } from '@switchboard/consumer';
import type { Delivery } from './channels/channel.ts';
import type { Outlets } from './channels/outlets.ts';
import type { Ending, NotifierMetrics } from './metrics.ts';
import { type Channel, decide, type Preference } from './policy.ts';
import type { Recipients } from './recipients/recipients.ts';
import { renderRequested } from './texts/requested-message.ts';
import type { Content, Templates } from './texts/templates.ts';
import type { Entry, KeptContent, Message, Postponement, Proof, WaitingMessages } from './waiting/waiting-messages.ts';

export interface DeliveringDeps {
  readonly waiting: Pick<WaitingMessages, 'begin' | 'postpone' | 'finish'>;
  readonly recipients: Pick<Recipients, 'preferencesOf'>;
  readonly templates: Pick<Templates, 'render'>;
  readonly outlets: Outlets;
  readonly availability: Pick<Availability, 'anySignal'>;
  /** The limit of messages per hour to one person that are not urgent. */
  readonly ratePerHour: number;
  /** For people whose language has no text. */
  readonly defaultLocale: string;
  /** The time limit for one message, shorter than its lease. */
  readonly sendTimeoutMs: number;
  readonly metrics: NotifierMetrics;
  readonly now: () => number;
}

/** What a message made in an outside system. */
export interface Delivered {
  readonly system: string;
  /** Undefined if it has no id there. */
  readonly id: string | undefined;
  /** What was in it. */
  readonly messages: readonly Message[];
}

/**
 * Sends the leased entry if the person still wants it. Throws the error of the channel. Undefined if it was not sent.
 * @param known the person's preference, if it has just been read
 */
export type Deliver = (entry: Entry, signal: AbortSignal, known?: Preference) => Promise<Delivered | undefined>;

export function createDelivering(deps: DeliveringDeps): Deliver {
  const {
    waiting,
    recipients,
    templates,
    outlets,
    availability,
    ratePerHour,
    defaultLocale,
    sendTimeoutMs,
    metrics,
    now,
  } = deps;

  return async (entry, signal, known) => {
    const [{ tenant, userId, slackChannel, channel, urgent }] = entry.messages;
    const preference = known ?? (await recipients.preferencesOf(tenant, [{ userId, slackChannel }]))[0];
    const outlet = outlets.of(tenant, channel);
    if (preference === undefined || outlet === undefined) {
      return drop(
        entry,
        entry.messages.map((message) => [message, 'channel_not_configured']),
      );
    }
    // The tenant's connections have changed since the message was put.
    if (outlet.name !== entry.target) return postpone(entry, now(), { target: outlet.name });

    const { wanted, ended, until } = wishOf(entry, preference);
    const [first] = wanted;
    if (first === undefined) return drop(entry, ended);
    if (until !== undefined) return postpone(entry, until, { proof: 'unused' });

    const person = `${encodeURIComponent(tenant)}:${userId}`;
    const content = contentOf(entry, wanted, preference);
    const begun = await waiting.begin(
      entry,
      content,
      userId === null || urgent || entry.messages[0].requested?.solicited ? undefined : { person, limit: ratePerHour },
    );
    if (begun === 'lost') return undefined;
    if (begun !== 'go') return postpone(entry, begun.until, { proof: 'unused' });

    const limit = availability.anySignal(signal, AbortSignal.timeout(sendTimeoutMs));
    const id = await outlet.send(deliveryOf(entry, first, content, addressOf(preference, channel, userId)), limit);
    for (const message of wanted) ended.push([message, 'sent']);
    await finish(entry, ended, 'works');
    return { system: outlet.name, id, messages: wanted };
  };

  /** The messages that the person still wants here, and how the others end; `until` when they must wait. */
  function wishOf(entry: Entry, preference: Preference) {
    const ended: [Message, Ending][] = [];
    let until: number | undefined;
    const wanted = entry.messages.filter((message) => {
      const decision = decide(preference, { ...message, ...solicitedOf(message), waited: true }, now());
      if (decision.kind === 'wait') until = decision.until;
      const isWanted = decision.kind !== 'skip' && decision.channels.includes(message.channel);
      if (!isWanted) ended.push([message, decision.kind === 'skip' ? decision.reason : 'not_opted_in']);
      return isWanted;
    });
    return { wanted, ended, until };
  }

  async function finish(entry: Entry, ended: readonly [Message, Ending][], proof: Proof): Promise<void> {
    await waiting.finish(entry, proof);
    for (const [message, outcome] of ended) metrics.ended(message, outcome);
  }

  async function drop(entry: Entry, ended: readonly [Message, Ending][]): Promise<undefined> {
    await finish(entry, ended, 'unused');
  }

  async function postpone(entry: Entry, until: number, why: Partial<Postponement>): Promise<undefined> {
    await waiting.postpone(entry, until, { spent: false, ...why });
  }

  /** Repeats the content of an earlier attempt if it is still wanted: the channel may have it under the same key. */
  function contentOf(entry: Entry, wanted: readonly Message[], preference: Preference): KeptContent {
    // Redis does not keep the order of messages with the same timestamp.
    const of = wanted.map(({ id }) => id).sort();
    const { content } = entry;
    const isSame = content !== undefined && isDeepStrictEqual(content.of, of);
    return isSame ? content : { ...render(entry, wanted, preference), of };
  }

  function render(entry: Entry, messages: readonly Message[], { locale, timeZone }: Preference): Content {
    const contents = messages.map((message) => {
      const reader = { locale: locale ?? message.locale ?? undefined, timeZone };
      return message.requested === undefined
        ? templates.render(message.type, message.channel, message.values, reader)
        : renderRequested(message.requested, message.channel, reader.locale ?? defaultLocale, defaultLocale);
    });
    const [only] = contents;
    if (only !== undefined && !isDigest(entry)) return only;
    const reader = { locale: locale ?? messages[0]?.locale ?? undefined, timeZone };
    const { channel } = entry.messages[0];
    const { title, text } = templates.render('digest', channel, { count: messages.length }, reader);
    return { title, text: joined([text, ...contents.map((content) => content.text)]) };
  }
}

/** Chat platforms and Slack refuse long messages. A digest omits messages that do not fit; its title counts them. */
const MOST_CHARACTERS = 12_000;

function joined(texts: readonly string[]): string {
  let digest = '';
  for (const text of texts) {
    if (digest.length + text.length > MOST_CHARACTERS) return `${digest}\n\n…`;
    digest += digest === '' ? text : `\n\n${text}`;
  }
  return digest;
}

const deliveryOf = (entry: Entry, first: Message, { title, text }: Content, address: string): Delivery => ({
  ...{ title, text, address },
  id: entry.id,
  type: isDigest(entry) ? 'digest' : first.type,
  conversationId: isDigest(entry) ? undefined : (first.requested?.conversationId ?? undefined),
  again: entry.again,
  since: Math.min(...entry.messages.map(({ receivedAt }) => receivedAt)),
});

const solicitedOf = ({ requested }: Message) => ({ solicited: requested?.solicited });

const isDigest = ({ id, messages }: Entry): boolean => messages[0].id !== id;

const addressOf = ({ email, slackUserId, webhookUrl }: Preference, channel: Channel, userId: string | null): string =>
  ({ chat: userId, email, slack: slackUserId, webhook: webhookUrl })[channel] ?? '';
