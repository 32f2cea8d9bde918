import type { ConsumerContext, Handler, Handlers } from '@switchboard/consumer';
import type { EventOf } from '@switchboard/events';
import { createPeople } from '@switchboard/people';
import { openAccess, readApiKeys } from '@switchboard/service';
import { openOutlets } from './channels/outlets.ts';
import type { NotifierConfig } from './config.ts';
import { createDelivering } from './delivering.ts';
import { registerFollowApi } from './follows/follow-api.ts';
import { createFollows } from './follows/follows.ts';
import { onFollow } from './follows/on-follow.ts';
import { createNotifierMetrics } from './metrics.ts';
import { type Notification, notifications, notifiedTypes, requestedMessage } from './notifications.ts';
import { notify } from './notify.ts';
import { onPreferenceUpdated } from './on-preference-updated.ts';
import { createBuyers } from './people/buyers.ts';
import { createLearning } from './people/learn.ts';
import { registerPeopleApi } from './people/people-api.ts';
import { registerPreferenceApi } from './preferences/preference-api.ts';
import { createPreferences } from './preferences/preferences.ts';
import { type Addressees, createAddressees } from './recipients/addressees.ts';
import { openLiveRecipients } from './recipients/live-recipients.ts';
import { createRecipients } from './recipients/recipients.ts';
import { readTemplates } from './texts/templates.ts';
import { startSender } from './waiting/sender.ts';
import { createWaitingMessages } from './waiting/waiting-messages.ts';

interface Surroundings {
  /** The clock for quiet hours and due times. */
  readonly now: () => number;
  /** How often the sender checks for due messages. */
  readonly pollMs: number;
  /** How long an event that has sent another message waits for one. */
  readonly slowMs: number;
}

/** Most mail servers take less for a mail. */
export const SLOW_MS = 500;

/** Opens the resources of the notifier. */
export async function createHandlers(
  context: ConsumerContext<NotifierConfig>,
  { now, pollMs, slowMs }: Surroundings = { now: Date.now, pollMs: 1_000, slowMs: SLOW_MS },
): Promise<Handlers> {
  const { name, config, logger, eventLog, alert, redis, http, availability, onStop } = context;
  const templates = readTemplates(config.TEMPLATES, notifiedTypes, config.DEFAULT_LOCALE);
  const apiKeys = readApiKeys(config.API_KEYS, 'API_KEYS');
  const outlets = await openOutlets(context);
  const preferences = createPreferences(redis, name);
  const recipients = createRecipients(preferences, {
    agentsOf: outlets.agentsChannelOf,
    topics: notifiedTypes,
    locale: config.DEFAULT_LOCALE,
  });
  const people = createPeople({ redis, prefix: config.PEOPLE_PREFIX });
  const follows = createFollows(redis, name);
  const learn = createLearning(people);
  const buyers = createBuyers(redis, name, now);
  const rules = await openLiveRecipients({
    ...{ path: config.RECIPIENTS_FILE, sendable: notifiedTypes, logger, metrics: context.metrics },
  });
  onStop('recipients', rules.close);
  const addressees = createAddressees({ rules: rules.current, people, learn, buyers, follows });
  const waiting = createWaitingMessages({ redis, service: name, now, leaseMs: config.LEASE_MS });
  const metrics = createNotifierMetrics(context.metrics, waiting, people);
  onStop('metrics', metrics.stop);
  const deps = { recipients, templates, waiting, outlets, availability, metrics, now };
  const deliver = createDelivering({
    ...deps,
    ratePerHour: config.RATE_PER_HOUR,
    defaultLocale: config.DEFAULT_LOCALE,
    sendTimeoutMs: config.LEASE_MS / 2,
  });
  const sender = startSender({
    ...deps,
    ...{ deliver, logger, eventLog, alert },
    concurrency: config.SEND_CONCURRENCY,
    pollMs,
    slowMs,
  });
  onStop('sender', sender.stop);
  const api = { apiKeys, access: openAccess(name, config), now };
  registerPreferenceApi(http, { ...api, preferences });
  registerFollowApi(http, { ...api, follows });
  registerPeopleApi(http, { ...api, people, buyers, follows, preferences });

  const notifyDeps = { ...deps, deliver, sender, slowMs };
  const handlerOf = (type: keyof typeof notifications): Handler<never> =>
    notify(notifications[type] as Notification, addressees, notifyDeps) as Handler<never>;
  const onFollowed = onFollow(follows);
  return {
    ...Object.fromEntries(notifiedTypes.map((type) => [type, handlerOf(type)])),
    'message.requested': notify(requestedMessage as Notification, requestedFor, notifyDeps),
    'preference.updated': onPreferenceUpdated({ preferences, learn }),
    'customer.updated': learn,
    'conversation.resolved': learn,
    'follow.started': onFollowed,
    'follow.ended': onFollowed,
  };
}

const requestedFor: Addressees = async function* (event) {
  yield { userId: (event as EventOf<'message.requested'>).userId };
};
