import { createHmac } from 'node:crypto';
import { defineProvider, type Json } from '../provider.ts';
import { freshness, fromBase64, headerOf, isSignedBy } from '../schemes/signature.ts';

/** Subscriptions to contacts by their old name, or by the id of the object's type. */
const isAbout = (change: string): string => `(body.subscriptionType == "contact.${change}" ||
  (body.subscriptionType == "object.${change}" && body.objectTypeId == "0-1"))`;

/** What the app itself changed comes back: no loops. */
const NOT_OURS = `!(has(body.changeSource) && body.changeSource == "INTEGRATION" &&
  has(body.sourceId) && string(body.sourceId) == string(body.appId))`;

const ifChanged = (property: string): string => `body.propertyName == "${property}" ? body.propertyValue : null`;

/** https://developers.hubspot.com/docs/api/webhooks/validating-requests */
export const hubspot = defineProvider({
  needs: { publicUrl: true },
  verifier:
    ({ keys }) =>
    ({ method, url = '', headers, body }, now) => {
      const given = headerOf(headers, 'x-hubspot-signature-v3');
      const timestamp = headerOf(headers, 'x-hubspot-request-timestamp');
      if (given === undefined || timestamp === undefined) return { kind: 'invalid', fault: 'missing' };
      const signature = fromBase64(given);
      if (signature === undefined || !/^\d{13}$/.test(timestamp)) return { kind: 'invalid', fault: 'form' };
      // HubSpot's documentation decodes the address, its library does not.
      const isSigned = [decoded(url), url].some((address) =>
        isSignedBy(keys, 'sha256', [method, address, body, timestamp], signature),
      );
      return isSigned ? freshness(Number(timestamp), now) : { kind: 'invalid', fault: 'mismatch' };
    },
  split: ({ body }): readonly Json[] => (Array.isArray(body) ? body : [body]),
  mapping: {
    called: 'body.subscriptionType',
    events: [
      {
        type: 'lead.captured',
        when: `${isAbout('creation')} && ${NOT_OURS}`,
        id: 'body.eventId',
        at: 'body.occurredAt',
        fields: { leadId: 'body.objectId' },
      },
      {
        type: 'customer.updated',
        when: `${isAbout('propertyChange')} && ${NOT_OURS}`,
        id: 'body.eventId',
        at: 'body.occurredAt',
        fields: {
          customerId: 'body.objectId',
          email: ifChanged('email'),
          phone: ifChanged('phone'),
          company: ifChanged('company'),
          jobTitle: ifChanged('jobtitle'),
          changes:
            '{body.propertyName: has(body.propertyValue) && body.propertyValue != null ? string(body.propertyValue) : ""}',
          changedBy: ['body.sourceId', 'body.changeSource'],
          updatedAt: 'body.occurredAt',
        },
      },
    ],
    ignore: ['appId', 'attemptNumber', 'changeFlag', 'changeSource', 'isSensitive', 'objectTypeId', 'portalId']
      .concat(['propertyName', 'propertyValue', 'sourceId', 'subscriptionId', 'subscriptionType'])
      .map((name) => `body.${name}`),
  },
  examples: [
    {
      name: 'contacts created and changed',
      body: `[
        {
          "objectId": {{number}}, "changeSource": "CRM_UI", "sourceId": "userId:9586504", "eventId": {{number}}1,
          "subscriptionId": 25, "portalId": 33, "appId": 1160452, "occurredAt": {{milliseconds}},
          "subscriptionType": "contact.creation", "attemptNumber": 0, "changeFlag": "CREATED"
        },
        {
          "objectId": {{number}}, "propertyName": "email", "propertyValue": "ada@example.com", "changeSource": "CRM_UI",
          "sourceId": "userId:9586504", "eventId": {{number}}2, "subscriptionId": 26, "portalId": 33,
          "appId": 1160452, "occurredAt": {{milliseconds}}, "subscriptionType": "contact.propertyChange",
          "attemptNumber": 0
        },
        {
          "objectId": {{number}}, "changeFlag": "DELETED", "changeSource": "CRM", "eventId": {{number}}3,
          "subscriptionId": 27, "portalId": 33, "appId": 1160452, "occurredAt": {{milliseconds}},
          "subscriptionType": "contact.deletion", "attemptNumber": 0
        }
      ]`,
      becomes: ['lead.captured', 'customer.updated'],
    },
    {
      name: 'contact changed by the app itself',
      body: `[{
        "objectId": {{number}}, "propertyName": "phone", "propertyValue": "+14158675309",
        "changeSource": "INTEGRATION", "sourceId": "1160452", "eventId": {{number}}, "subscriptionId": 26, "portalId": 33,
        "appId": 1160452, "occurredAt": {{milliseconds}}, "subscriptionType": "contact.propertyChange", "attemptNumber": 0
      }]`,
      becomes: [],
    },
  ],
  sign: ({ method, url, body }, secret, now) => ({
    'x-hubspot-signature-v3': createHmac('sha256', secret)
      .update(method + decoded(url))
      .update(body)
      .update(String(now))
      .digest('base64'),
    'x-hubspot-request-timestamp': String(now),
  }),
});

/** Only these characters are decoded before signing. */
const decoded = (url: string): string =>
  url.replaceAll(/%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, (code) => decodeURIComponent(code));
