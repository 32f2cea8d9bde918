import type { Send } from './channels/channel.ts';
import type { NotifierMetrics } from './metrics.ts';
import { type Channel, decide, type Preference } from './policy.ts';
import type { Recipients } from './recipients.ts';
import type { Content, Templates } from './texts/templates.ts';
import type { Entry, Message, WaitingMessages } from './waiting/waiting-messages.ts';

export interface DeliveringDeps {
  readonly waiting: Pick<WaitingMessages, 'begin' | 'later' | 'finish'>;
  readonly recipients: Pick<Recipients, 'preferencesOf'>;
  readonly templates: Pick<Templates, 'render'>;
  readonly channels: { readonly [C in Channel]?: Send };
  /** Messages an hour to one person that are not urgent. */
  readonly ratePerHour: number;
  /** How long one message may take; less than its lease. */
  readonly sendTimeoutMs: number;
  readonly metrics: NotifierMetrics;
  readonly now: () => number;
}

/** Sends what was claimed, if the person still wants it now; throws what the channel throws. */
export type Deliver = (entry: Entry, signal: AbortSignal) => Promise<void>;

export function createDelivering(deps: DeliveringDeps): Deliver {
  const { waiting, recipients, templates, channels, ratePerHour, sendTimeoutMs, metrics, now } = deps;

  return async (entry, signal) => {
    const [{ tenant, userId, channel, urgent }] = entry.messages;
    const [preference] = await recipients.preferencesOf(tenant, [userId]);
    const send = channels[channel];
    if (preference === undefined || send === undefined) {
      for (const message of entry.messages) metrics.ended(message, 'channel_not_configured');
      return waiting.finish(entry);
    }

    let until: number | undefined;
    const wanted = entry.messages.filter((message) => {
      const decision = decide(preference, { ...message, waited: true }, now());
      if (decision.kind === 'wait') until = decision.until;
      const isWanted = decision.kind !== 'skip' && decision.channels.includes(channel);
      if (!isWanted) metrics.ended(message, decision.kind === 'skip' ? decision.reason : 'not_opted_in');
      return isWanted;
    });
    const [first] = wanted;
    if (first === undefined) return waiting.finish(entry);
    if (until !== undefined) return waiting.later(entry, until, { spent: false });

    const person = `${encodeURIComponent(tenant)}:${userId}`;
    const content = entry.content ?? contentOf(entry, wanted, preference);
    const begun = await waiting.begin(entry, content, urgent ? undefined : { person, limit: ratePerHour });
    if (begun === undefined) return;
    if ('until' in begun) return waiting.later(entry, begun.until, { spent: false });

    await send(
      {
        ...begun.content,
        id: entry.id,
        type: isDigest(entry) ? 'digest' : first.type,
        address: addressOf(preference, channel, userId),
        again: entry.again,
        since: Math.min(...entry.messages.map(({ receivedAt }) => receivedAt)),
      },
      AbortSignal.any([signal, AbortSignal.timeout(sendTimeoutMs)]),
    );
    await waiting.finish(entry);
    for (const message of wanted) metrics.ended(message, 'sent');
  };

  function contentOf(entry: Entry, messages: readonly Message[], { locale, timeZone }: Preference): Content {
    const contents = messages.map((message) =>
      templates.render(message.type, message.channel, message.values, {
        locale: locale ?? message.locale ?? undefined,
        timeZone,
      }),
    );
    const [only] = contents;
    if (only !== undefined && !isDigest(entry)) return only;
    const reader = { locale: locale ?? messages[0]?.locale ?? undefined, timeZone };
    const { channel } = entry.messages[0];
    const { title, text } = templates.render('digest', channel, { count: messages.length }, reader);
    return { title, text: joined([text, ...contents.map((content) => content.text)]) };
  }
}

/** Chat platforms and Slack refuse long messages: what does not fit is left out, the title counts it. */
const MOST_CHARACTERS = 12_000;

function joined(texts: readonly string[]): string {
  let digest = '';
  for (const text of texts) {
    if (digest.length + text.length > MOST_CHARACTERS) return `${digest}\n\n…`;
    digest += digest === '' ? text : `\n\n${text}`;
  }
  return digest;
}

const isDigest = ({ id, messages }: Entry): boolean => messages[0].id !== id;

const addressOf = ({ email, slackUserId, webhookUrl }: Preference, channel: Channel, userId: string | null): string =>
  ({ chat: userId, email, slack: slackUserId, webhook: webhookUrl })[channel] ?? '';
