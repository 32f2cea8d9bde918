export interface Question {
  /** The id of a person of the chat page. */
  readonly person: string;
  readonly text: string;
}

const LIMIT_MS = 15_000;

/** Writes to the bot of the sandbox's chat page. @returns its answer; undefined if there is none in time */
export async function askBot(sandboxUrl: string, question: Question): Promise<string | undefined> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  try {
    const live = await fetch(`${sandboxUrl}/chat-page/live?person=${question.person}`, { signal });
    const asked = await fetch(`${sandboxUrl}/chat-page/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(question),
      signal,
    });
    const { id } = (await asked.json()) as { id: number };
    for await (const entry of entriesOf(live.body as ReadableStream<Uint8Array>)) {
      if (entry.from === 'bot' && entry.id > id) return entry.text;
    }
    return undefined;
  } catch {
    return undefined;
  }
}

interface Entry {
  readonly id: number;
  readonly from: string;
  readonly text: string;
}

async function* entriesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Entry> {
  let text = '';
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    const events = `${text}${part}`.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const [, data] = /^event: entry\ndata: (.*)$/s.exec(event) ?? [];
      if (data !== undefined) yield JSON.parse(data) as Entry;
    }
  }
}
