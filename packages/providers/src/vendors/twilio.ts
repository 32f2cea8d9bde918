import { createHash, createHmac } from 'node:crypto';
import { defineProvider } from '../provider.ts';
import { timeless } from '../schemes/hmac-scheme.ts';
import { fromBase64, headerOf, isSignedBy } from '../schemes/signature.ts';

/** Twilio sends fewer than 100; more would only cost time before the signature is checked. */
const MAX_FIELDS = 1000;

const FORM = 'application/x-www-form-urlencoded';

/** A message has up to ten files, as numbered fields. */
const NUMBERS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const MEDIA = `[${NUMBERS}].filter(n, ("MediaUrl" + string(n)) in body)
  .map(n, {"url": body["MediaUrl" + string(n)], "type": body["MediaContentType" + string(n)]})`;

/** `whatsapp:+1…` and `messenger:…` name the channel; a number alone is SMS. */
const channelOf = (address: string): string => `${address}.contains(":") ? ${address}.split(":")[0] : "sms"`;

const phoneOf = (address: string): string =>
  `${address}.contains("+") ? ${address}.substring(${address}.indexOf("+")) : ""`;

/** https://www.twilio.com/docs/usage/security#validating-requests */
export const twilio = defineProvider({
  needs: { publicUrl: true },
  bodies: ['form', 'json'],
  verifier:
    ({ keys, requireTimestamp }) =>
    ({ url = '', headers, body }) => {
      const given = headerOf(headers, 'x-twilio-signature');
      if (given === undefined) return { kind: 'invalid', fault: 'missing' };
      const signature = fromBase64(given);
      const fields = signedFields(url, body);
      if (signature === undefined || fields === undefined) return { kind: 'invalid', fault: 'form' };
      const isSigned = addresses(url).some((address) => isSignedBy(keys, 'sha1', [address, fields], signature));
      return isSigned && isBodyOf(url, body) ? timeless(requireTimestamp) : { kind: 'invalid', fault: 'mismatch' };
    },
  mapping: {
    events: [
      {
        type: 'message.received',
        when: 'has(body.MessageSid) && has(body.Body) && (!has(body.SmsStatus) || body.SmsStatus == "received")',
        id: 'body.MessageSid',
        fields: {
          userId: 'body.From',
          messageId: 'body.MessageSid',
          text: 'body.Body',
          attachments: { each: MEDIA, fields: { url: 'item.url', type: 'item.type' } },
          channel: channelOf('body.From'),
          'customer.phone': phoneOf('body.From'),
          'customer.name': 'body.ProfileName',
        },
      },
      {
        type: 'message.status',
        when: 'body.MessageStatus in ["sent", "delivered", "undelivered", "failed", "read"]',
        id: 'body.MessageSid + "-" + body.MessageStatus',
        fields: {
          userId: 'body.To',
          messageId: 'body.MessageSid',
          status: 'body.MessageStatus == "undelivered" ? "failed" : body.MessageStatus',
          errorCode: 'body.ErrorCode',
          errorText: 'body.ErrorMessage',
          phone: phoneOf('body.To'),
          channel: channelOf('body.To'),
        },
      },
    ],
    ignore: [
      ...['AccountSid', 'ApiVersion', 'From', 'To', 'WaId', 'NumMedia', 'NumSegments', 'MessageStatus', 'MessageType'],
      ...['SmsMessageSid', 'SmsSid', 'SmsStatus', 'ToCountry', 'ToState', 'ToCity', 'ToZip'],
      ...['FromCountry', 'FromState', 'FromCity', 'FromZip'],
      ...NUMBERS.flatMap((n) => [`MediaUrl${n}`, `MediaContentType${n}`]),
    ].map((name) => `body.${name}`),
  },
  reply: {
    status: 200,
    contentType: 'text/xml; charset=utf-8',
    body: '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
  },
  examples: [
    {
      name: 'SMS',
      contentType: FORM,
      body:
        'ToCountry=US&ToState=CA&SmsMessageSid=SM{{run}}&NumMedia=0&ToCity=&FromZip=94109&SmsSid=SM{{run}}' +
        '&FromState=CA&SmsStatus=received&FromCity=SAN+FRANCISCO&Body=Where+is+my+order%3F&FromCountry=US' +
        '&To=%2B18005551212&ToZip=&NumSegments=1&MessageSid=SM{{run}}&AccountSid=AC00000000000000000000000000000000' +
        '&From=%2B14158675309&ApiVersion=2010-04-01',
      becomes: ['message.received'],
    },
    {
      name: 'WhatsApp message with a picture',
      contentType: FORM,
      body:
        'SmsMessageSid=MM{{run}}&NumMedia=1&ProfileName=Ada+Lovelace&MessageType=image&SmsSid=MM{{run}}' +
        '&WaId=14158675309&SmsStatus=received&Body=It+arrived+broken&To=whatsapp%3A%2B14155238886&NumSegments=1' +
        '&MessageSid=MM{{run}}&AccountSid=AC00000000000000000000000000000000&From=whatsapp%3A%2B14158675309' +
        '&MediaContentType0=image%2Fjpeg&MediaUrl0=https%3A%2F%2Fapi.twilio.com%2FMedia%2FME1&ApiVersion=2010-04-01',
      becomes: ['message.received'],
    },
    {
      name: 'status of a sent message',
      contentType: FORM,
      body:
        'SmsSid=SM{{run}}&SmsStatus=undelivered&MessageStatus=undelivered&ErrorCode=30003&To=%2B14158675309' +
        '&MessageSid=SM{{run}}&AccountSid=AC00000000000000000000000000000000&From=%2B18005551212&ApiVersion=2010-04-01',
      becomes: ['message.status'],
    },
    {
      name: 'status of a queued message',
      contentType: FORM,
      body: 'SmsSid=SM{{run}}&SmsStatus=queued&MessageStatus=queued&To=%2B14158675309&MessageSid=SM{{run}}&From=%2B18005551212',
      becomes: [],
    },
  ],
  /** For JSON, the address has the body's hash as `bodySHA256`. */
  sign: ({ url, body }, secret) => ({
    'x-twilio-signature': createHmac('sha1', secret)
      .update(url + (signedFields(url, body) ?? ''))
      .digest('base64'),
  }),
});

/** Twilio signs the address as it was entered or with the default port; its libraries accept both. */
function addresses(url: string): string[] {
  const parts = /^(https?:\/\/)([^/?#:]*|\[[^\]]*\])(:\d+)?(?=$|[/?#])/i.exec(url);
  if (parts === null) return [url];
  const [start, scheme = '', host = '', port] = parts;
  const rest = url.slice(start.length);
  const defaultPort = scheme.toLowerCase() === 'https://' ? ':443' : ':80';
  return [`${scheme}${host}${rest}`, `${scheme}${host}${port ?? defaultPort}${rest}`];
}

const bodyHashOf = (url: string): string | undefined => /[?&]bodySHA256=([^&#]*)/.exec(url)?.[1];

function isBodyOf(url: string, body: Buffer): boolean {
  const hash = bodyHashOf(url);
  return hash === undefined || hash.toLowerCase() === createHash('sha256').update(body).digest('hex');
}

/** The form's fields as they are signed: sorted, each name followed by its value; repeated values once. */
function signedFields(url: string, body: Buffer): string | undefined {
  if (bodyHashOf(url) !== undefined) return '';
  const text = body.toString();
  let separators = 0;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) {
    separators += 1;
    if (separators === MAX_FIELDS) return undefined;
  }
  const fields = new Map<string, Set<string>>();
  for (const [name, value] of new URLSearchParams(text)) fields.set(name, (fields.get(name) ?? new Set()).add(value));
  return [...fields.keys()]
    .sort()
    .flatMap((name) => [...(fields.get(name) ?? [])].sort().map((value) => name + value))
    .join('');
}
