import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { curlOf, PREPARATION } from './curl.ts';
import type { EventEntry, FieldEntry } from './event-entries.ts';
import { type Html, html, raw } from './html.ts';

const style = readFileSync(join(import.meta.dirname, 'page.css'), 'utf8').trim();

/** The page of `GET /catalogue`: no scripts, nothing loaded from elsewhere. */
export function page(events: readonly EventEntry[]): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Events of Switchboard</title>
<style>${raw(style)}</style>
</head>
<body>
<header>
<h1>Events of Switchboard</h1>
<p>Send each event as a signed webhook. The same catalogue is available as
<a href="/openapi.json">OpenAPI</a>, <a href="/asyncapi.json">AsyncAPI</a> and, with
<code>Accept: application/json</code>, as JSON at this address.</p>
<h2 id="before">Before you send</h2>
<p>The commands of each event need these variables. With <code>npm start</code>:</p>
<pre><code>${PREPARATION}</code></pre>
<nav aria-label="Event types"><ul>${events.map(({ type }) => html`<li><a href="#${type}">${type}</a></li>`)}</ul></nav>
</header>
<main>
${events.map(section)}
</main>
</body>
</html>
`.text;
}

const section = (event: EventEntry): Html => html`<section id="${event.type}" aria-labelledby="${event.type}-title">
<h2 id="${event.type}-title"><a href="#${event.type}">${event.type}</a></h2>
<p>${event.doc}</p>
<dl>
<dt>Topic</dt><dd><code>${event.topic}</code></dd>
<dt>Key</dt><dd>${codes(event.key, ', else ')}</dd>
<dt>Schema</dt><dd><code>${event.subject}</code></dd>
<dt>Consumers</dt><dd>${event.consumers.length > 0 ? codes(event.consumers, ', ') : 'none'}</dd>
</dl>
<div class="wide">
<table>
<thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Required</th><th scope="col">Limits</th><th scope="col">Description</th></tr></thead>
<tbody>
${event.fields.map(row)}</tbody>
</table>
</div>
<details><summary>Example</summary>
<pre><code>${JSON.stringify(event.example, null, 2)}</code></pre></details>
${
  event.internal
    ? html`<p>Switchboard publishes this event itself. Senders cannot send it.</p>`
    : html`<details><summary>Send it with curl</summary>
<pre><code>${curlOf(event)}</code></pre></details>`
}
</section>
`;

const row = ({ name, type, required, values = [], limits, aliases, doc }: FieldEntry): Html => html`<tr>
<th scope="row"><code>${name}</code></th>
<td>${type}</td>
<td>${required ? 'yes' : 'no'}</td>
<td>${Object.entries(limits).map(([limit, value]) => html`<div>${limit} <code>${value}</code></div>`)}</td>
<td>${doc}${values.length > 0 ? html` One of ${codes(values, ', ')}.` : ''}${
  aliases.length > 0 ? html`<div class="also">Also ${codes(aliases, ', ')}</div>` : ''
}</td>
</tr>
`;

const codes = (texts: readonly string[], separator: string): Html[] =>
  texts.map((text, index) => html`${index > 0 ? separator : ''}<code>${text}</code>`);
