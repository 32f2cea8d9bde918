import Type, { type Static } from 'typebox';

const optional = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

/** The variables of every service that alerts people. Without a destination, no alert is sent. */
export const alertConfig = Type.Object({
  ALERT_SLACK_URL: Type.String({
    pattern: '^https?://[^?#]+$',
    default: 'https://slack.com',
    description: 'where the Web API of Slack is',
  }),
  ALERT_SLACK_TOKEN: optional('the token of the Slack app (xoxb-…); needs ALERT_SLACK_CHANNEL'),
  ALERT_SLACK_CHANNEL: optional('the Slack channel for alerts, by id or name'),
  ALERT_SLACK_WEBHOOK_URL: optional('an incoming webhook of Slack, which needs no token and channel'),
  ALERT_SMTP_URL: optional('smtp://user:password@host:port, or smtps://; needs ALERT_EMAIL_FROM and ALERT_EMAIL_TO'),
  ALERT_EMAIL_FROM: optional('the sender of alerts by e-mail'),
  ALERT_EMAIL_TO: optional('the addresses that get alerts, separated by commas'),
  ALERT_WEBHOOK_URL: optional('gets alerts as JSON, by https except on loopback'),
  ALERT_WEBHOOK_SECRET: optional('signs the alerts to ALERT_WEBHOOK_URL (whsec_…)'),
  ALERT_EVERY_SECONDS: Type.Integer({
    minimum: 1,
    maximum: 86_400,
    default: 60,
    description: 'the least time between two alerts of one kind, over all services',
  }),
  RUNBOOK_URL: optional('the address of the runbook that alerts link to; without it they name its section'),
});

export type AlertConfig = Static<typeof alertConfig>;
