/** More than an action may take to answer. */
const LIMIT_MS = 15_000;
const MOST_BYTES = 1_048_576;

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON, or undefined. */
  readonly body: unknown;
}

/** Calls a service. @returns undefined when it does not answer */
export async function httpCall({ method, url, headers, body }: HttpCall): Promise<HttpAnswer | undefined> {
  try {
    const response = await fetch(url, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      body: body ?? null,
      redirect: 'error',
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text.length > MOST_BYTES ? undefined : parsed(text),
    };
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
