import { visibleText } from '@switchboard/outbound';

/** What people are alerted to. Alerts of one kind are one group: at most one a minute is sent. */
export type AlertKind = 'dead_letter' | 'message_given_up' | 'outside_down' | 'paused' | 'signature_failures';

/** One occurrence. Its texts hold ids and fixed words: no personal data and no secrets. */
export interface Alert {
  readonly kind: AlertKind;
  /** The code of the failure: one of few. Alerts count by service and code. */
  readonly code: string;
  /** What the event is about, such as `conversation conv-4711`; or the outside system or source with the trouble. */
  readonly about: string;
  /** The redacted message of the failure. */
  readonly message?: string | undefined;
  /** The id of the event. */
  readonly event?: string | undefined;
}

/** The occurrences of one kind since the last alert, over all services. */
export interface Digest {
  readonly kind: AlertKind;
  /** Occurrences by `<service> <code>`. */
  readonly counts: ReadonlyMap<string, number>;
  /** The first occurrence, and its service. */
  readonly first: Alert & { readonly service: string };
}

/** A digest as it is sent. */
export interface AlertText {
  readonly kind: AlertKind;
  readonly severity: 'page' | 'warning';
  readonly title: string;
  readonly service: string;
  readonly code: string;
  readonly count: number;
  readonly lines: readonly string[];
  readonly runbook: string;
}

interface Wording {
  readonly severity: AlertText['severity'];
  /** The section of docs/runbook.md; its link is the section in lower case. */
  readonly section: string;
  readonly title: (first: Digest['first']) => string;
  readonly command?: string;
}

export const WORDINGS: Readonly<Record<AlertKind, Wording>> = {
  dead_letter: {
    severity: 'warning',
    section: 'DeadLetters',
    title: ({ about }) => `Webhook processing failed for ${about}`,
    command: 'npm run ops -- dlq list',
  },
  message_given_up: {
    severity: 'warning',
    section: 'MessagesGivenUp',
    title: ({ about }) => `A message to a person was given up: ${about}`,
    command: 'npm run ops -- messages list',
  },
  outside_down: {
    severity: 'page',
    section: 'OutsideDown',
    title: ({ about, service }) => `${about} is down: ${service} waits for it`,
    command: 'npm run ops -- status',
  },
  paused: {
    severity: 'page',
    section: 'ConsumerPaused',
    title: ({ about, service }) => `${service} waits for ${about}`,
    command: 'npm run ops -- status',
  },
  signature_failures: {
    severity: 'page',
    section: 'SignatureFailures',
    title: ({ about }) => `Signatures of ${about} fail`,
    command: 'npm run switchboard -- doctor signature',
  },
};

const MOST_CODES = 5;
const LONGEST_TEXT = 300;

/** @param runbookUrl without it, the alert names the section, and links nothing: Slack takes `runbook.md` for a website */
export function textOf({ kind, counts, first }: Digest, runbookUrl: string | undefined): AlertText {
  const { severity, section, title, command } = WORDINGS[kind];
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  const count = sorted.reduce((sum, [, some]) => sum + some, 0);
  const top = sorted.slice(0, MOST_CODES).map(([name, some]) => `${name}: ${some}`);
  if (sorted.length > MOST_CODES) top.push(`and ${sorted.length - MOST_CODES} more`);
  const { service, code, event, message } = first;
  const lines = [
    `severity: ${severity} · service: ${service} · code: ${code}${event === undefined ? '' : ` · event: ${event}`}`,
    ...(message === undefined || message === '' ? [] : [message]),
    ...(count > 1 ? [`${count} in all: ${top.join(', ')}`] : []),
    ...(command === undefined ? [] : [`Look: ${command}`]),
  ];
  return {
    kind,
    severity,
    title: oneLine(count > 1 ? `${title(first)} (and ${count - 1} more)` : title(first)),
    service,
    code,
    count,
    lines: lines.map(oneLine),
    runbook:
      runbookUrl === undefined
        ? `section ${section} of the runbook in docs/ (RUNBOOK_URL makes this a link)`
        : `${runbookUrl}#${section.toLowerCase()}`,
  };
}

function oneLine(text: string): string {
  const line = visibleText(text).replaceAll(/\s+/g, ' ').trim();
  return line.length <= LONGEST_TEXT ? line : `${line.slice(0, LONGEST_TEXT).toWellFormed()}…`;
}
